#include "document/strict_json.h"

#include <fmt/format.h>

#include <vector>

#include "base/errors.h"

namespace gravbench::document {
namespace {

/// Builds the value from the parser's events.
class Builder : public nlohmann::json_sax<Json> {
  public:
    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t&) override { return put(value); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (open_.back()->size() == most_members) {
            complaint_ = fmt::format("more than {} members", most_members);
            return false;
        }
        if (open_.back()->contains(name)) {
            complaint_ = fmt::format("\"{}\" stands there twice", name);
            return false;
        }
        key_ = std::move(name);
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        complaint_ = "damaged, or no JSON";
        return false;
    }

    const std::string& complaint() const { return complaint_; }
    Json take() { return std::move(root_); }

  private:
    Json& place(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return root_;
        }
        Json& parent = *open_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return parent.back();
        }
        return parent[key_] = std::move(value);
    }

    bool put(Json value) {
        place(std::move(value));
        return true;
    }

    bool open(Json empty) {
        if (open_.size() >= most_depth) {
            complaint_ = "brackets are nested too deeply";
            return false;
        }
        // Only the innermost open container grows, so pointers to the outer ones stay valid.
        open_.push_back(&place(std::move(empty)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    Json root_;
    std::vector<Json*> open_;
    std::string key_;
    std::string complaint_;
};

}  // namespace

Json strict_json(std::string_view text, const std::string& where) {
    Builder builder;
    if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
        throw DataError(fmt::format("{}: {}", where, builder.complaint()));
    }
    return builder.take();
}

}  // namespace gravbench::document

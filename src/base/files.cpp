#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/errors.h"

namespace gravbench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_of_a_stream = std::size_t{512} << 20;

/// `cause` is an errno, taken before anything else is called that may set it.
[[noreturn]] void throw_file_error(const fs::path& path, std::string_view action, int cause = errno) {
    throw DataError(fmt::format("{}: cannot {}: {}", path.string(), action, std::strerror(cause)));
}

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A device or pipe cannot be replaced by a rename.
bool is_written_in_place(const fs::path& path) {
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    return fs::exists(status) && !fs::is_regular_file(status);
}

/// What a symbolic link, or a chain of them, leads to, be it there or not.
fs::path behind_links(fs::path path, std::string_view action) {
    constexpr int most_links = 40;  // As the kernel has it.
    std::error_code none;
    for (int links = 0; fs::is_symlink(path, none); ++links) {
        if (links == most_links) {
            throw_file_error(path, action, ELOOP);
        }
        path = folder_of(path) / fs::read_symlink(path, none);
    }
    return path;
}

class Sha256 {
  public:
    Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
        EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
    }
    void update(const char* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
    std::string hexadecimal() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned int size = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
        std::string result;
        for (unsigned int i = 0; i < size; ++i) {
            result += fmt::format("{:02x}", digest.at(i));
        }
        return result;
    }

  private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// The file that takes the target's place once it is whole; removed where it never is.
class FileBeside {
  public:
    explicit FileBeside(const fs::path& target)
        : path_(fmt::format("{}.{}.tmp", target.string(), ::getpid())),
          descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)),
          cause_(descriptor_.get() < 0 ? errno : 0) {}
    ~FileBeside() {
        if (descriptor_.get() >= 0 && !is_in_place_) {
            ::unlink(path_.c_str());
        }
    }
    FileBeside(const FileBeside&) = delete;
    FileBeside& operator=(const FileBeside&) = delete;

    /// Gives 0, or the errno of what stopped it; so does the next.
    int fill(std::string_view content) {
        const int cause = cause_ != 0 ? cause_ : write_all(descriptor_.get(), content);
        return cause != 0 ? cause : sync_data(descriptor_.get());
    }
    int take_place_of(const fs::path& target) {
        is_in_place_ = ::rename(path_.c_str(), target.c_str()) == 0;
        return is_in_place_ ? 0 : errno;
    }

  private:
    std::string path_;
    FileDescriptor descriptor_;
    int cause_;
    bool is_in_place_ = false;
};

int write_in_place(const fs::path& path, std::string_view content) {
    const FileDescriptor target(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return target.get() < 0 ? errno : write_all(target.get(), content);
}

int replace_file(const fs::path& path, std::string_view content) {
    FileBeside beside(path);
    const int cause = beside.fill(content);
    return cause != 0 ? cause : beside.take_place_of(path);
}

/// By the XDG base directory specification, which wants an absolute path in the variable.
fs::path user_folder(const char* variable, const char* below_home, const char* what) {
    if (const char* folder = std::getenv(variable); folder != nullptr && *folder == '/') {
        return fs::path(folder) / "gravbench";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return fs::path(home) / below_home / "gravbench";
    }
    std::error_code none;
    return fs::temp_directory_path(none) / fmt::format("gravbench-{}-{}", what, ::getuid());
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

int write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return written < 0 ? errno : EIO;
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

int sync_data(int descriptor) {
    int result = ::fsync(descriptor);
    while (result != 0 && errno == EINTR) {
        result = ::fsync(descriptor);
    }
    const int cause = result == 0 ? 0 : errno;
    // A pipe or device has nothing to sync.
    return cause == EINVAL || cause == EROFS || cause == ENOTSUP ? 0 : cause;
}

bool print_to(std::FILE* stream, std::string_view text) noexcept {
    return std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
}

bool is_same_file(const fs::path& one, const fs::path& other) {
    std::error_code unknown;
    if (fs::equivalent(one, other, unknown) && !unknown) {
        return true;
    }
    const fs::path first = fs::weakly_canonical(fs::absolute(one, unknown), unknown);
    return !first.empty() && first == fs::weakly_canonical(fs::absolute(other, unknown), unknown);
}

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

bool is_plain_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

std::string why_not_there(const fs::path& path) {
    const int cause = ::access(path.c_str(), F_OK) == 0 ? ENOENT : errno;
    return cause == ENOENT || cause == ENOTDIR ? "no such file" : std::strerror(cause);
}

std::string read_file(const fs::path& path) {
    errno = 0;
    if (is_folder(path)) {
        throw DataError(fmt::format("{}: is a folder, not a file", path.string()));
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throw_file_error(path, "read");
    }
    // A file's size is only a hint: those of /proc say 0, and a pipe has none.
    std::error_code no_size;
    const auto expected = fs::file_size(path, no_size);
    std::string content;
    content.reserve(no_size ? 0 : static_cast<std::size_t>(expected));
    std::array<char, 1 << 16> part;
    const std::size_t most = is_plain_file(path) ? content.max_size() : most_of_a_stream;
    while (stream.read(part.data(), part.size()) || stream.gcount() > 0) {
        if (content.size() > most) {
            throw DataError(
                fmt::format("{}: gives more than {} MiB, and is no regular file", path.string(), most >> 20));
        }
        content.append(part.data(), static_cast<std::size_t>(stream.gcount()));
    }
    return content;
}

std::string read_tail(const fs::path& path, std::size_t most) {
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    std::error_code ignored;
    if (!stream || fs::is_directory(path, ignored)) {
        return "";
    }
    const auto size = static_cast<std::size_t>(stream.tellg());
    const std::size_t start = size > most ? size - most : 0;
    stream.seekg(static_cast<std::streamoff>(start));
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const auto line_end = text.find('\n');
    // A last line that is longer than `most` is better cut than left out.
    const bool has_whole_line = line_end != std::string::npos && line_end + 1 < text.size();
    return start > 0 && has_whole_line ? text.substr(line_end + 1) : text;
}

void write_file(const fs::path& path, std::string_view content) {
    const int cause =
        is_written_in_place(path) ? write_in_place(path, content) : replace_file(behind_links(path, "write"), content);
    if (cause != 0) {
        throw_file_error(path, "write", cause);
    }
}

void make_folders(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw DataError(fmt::format("{}: cannot be created: {}", folder.string(), error.message()));
    }
}

void check_writable(const fs::path& given) {
    const fs::path path = is_written_in_place(given) ? given : behind_links(given, "write");
    if (is_folder(path)) {
        throw DataError(fmt::format("{}: cannot write: it is a folder; give the name of a file", path.string()));
    }
    if (is_written_in_place(path)) {
        if (::access(path.c_str(), W_OK) != 0) {
            throw_file_error(path, "write");
        }
        return;
    }
    if (!is_folder(folder_of(path))) {
        throw DataError(
            fmt::format("{}: cannot write: there is no folder {}", path.string(), folder_of(path).string()));
    }
    const fs::path probe = fmt::format("{}.{}.probe", path.string(), ::getpid());
    const FileDescriptor created(::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (created.get() < 0) {
        throw_file_error(path, "write");
    }
    ::unlink(probe.c_str());
    if (is_there(path) && ::access(path.c_str(), W_OK) != 0) {
        throw_file_error(path, "write");
    }
}

std::string sha256_of_file(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (is_folder(path)) {
        errno = EISDIR;  // A folder can be opened, but not read.
    }
    if (!stream || is_folder(path)) {
        throw_file_error(path, "read");
    }
    Sha256 hash;
    std::string buffer(1 << 20, '\0');
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
        hash.update(buffer.data(), static_cast<std::size_t>(stream.gcount()));
    }
    return hash.hexadecimal();
}

std::string sha256_of_text(std::string_view text) {
    Sha256 hash;
    hash.update(text.data(), text.size());
    return hash.hexadecimal();
}

TemporaryFolder::TemporaryFolder() {
    std::error_code cause;
    const fs::path folder = fs::temp_directory_path(cause);
    if (cause) {
        const char* named = std::getenv("TMPDIR");
        throw DataError(fmt::format("TMPDIR: {} is no folder for temporary files: {}",
                                    named == nullptr ? "/tmp" : named, cause.message()));
    }
    std::string pattern = (folder / "gravbench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw_file_error(pattern, "create");
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path user_cache_folder() {
    return user_folder("XDG_CACHE_HOME", ".cache", "cache");
}

fs::path user_data_folder() {
    return user_folder("XDG_DATA_HOME", ".local/share", "data");
}

fs::path executable_folder() {
    return fs::read_symlink("/proc/self/exe").parent_path();
}

}  // namespace gravbench

// make_small_model FILE: writes a TorchScript model that takes about 20 microseconds, so that a microsecond of the
// harness would show.

#include <torch/script.h>

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: make_small_model FILE\n");
        return 2;
    }
    torch::jit::Module model("small");
    model.register_parameter("weight", torch::rand({128, 128}) / 64, false);
    model.register_parameter("bias", torch::rand({128}), false);
    model.define(R"(
def forward(self, x):
    for i in range(5):
        x = torch.relu(torch.addmm(self.bias, x, self.weight))
    return x
)");
    model.save(argv[1]);
}

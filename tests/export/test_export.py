"""The exporter: tiny models for its rules, and tests marked `slow` for the bundles in models/.

build/venv/bin/python -m pytest tests/export -m "not slow"
build/venv/bin/python -m pytest tests/export
"""

from __future__ import annotations

import hashlib
import json
import math
import stat
import subprocess
import sys
import textwrap
import types
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "export_models.py"
NAMES = ("distilbert-sst2", "resnet50", "roberta-fill-mask", "roberta-sentiment")
sys.path.insert(0, str(ROOT / "scripts"))

from exporter import bundle, common, onnx_file, pt2_file, recipes, torchbench  # noqa: E402
from exporter.common import ExportError  # noqa: E402


@pytest.fixture
def schema() -> dict[str, Any]:
    return json.loads((ROOT / "src" / "plan" / "manifest.schema.json").read_text(encoding="utf-8"))


class Affine(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


class BakedBatch(Affine):
    """Reads the batch size as a number of Python, which a trace keeps for ever."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x).reshape(int(x.shape[0]), 3) + torch.arange(float(int(x.shape[0]))).unsqueeze(1)


class BakedBranch(Affine):
    """Takes another branch for another batch, so that a trace is wrong without failing."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) if x.shape[0] == 2 else -self.linear(x)


class Spectral(Affine):
    """Uses an operator that ONNX has not."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.fft.fft(self.linear(x)).real


def description(name: str = "tiny") -> dict[str, Any]:
    return {
        "schema": "gravbench.manifest/2",
        "name": name,
        "inputs": [{"name": "x", "kind": "tensor", "dtype": "f32", "shape": ["batch", 4], "values": {"uniform": [-1, 1]}}],
        "outputs": [{"name": "output", "shape": ["batch", 3]}],
        "example": {"inputs": "example_inputs.safetensors", "outputs": "example_outputs.safetensors", "shape": {"batch": 2}},
        "weights": {"kind": "random", "seed": 0, "licence": None},
        "exporter": {"fingerprint": "f"},
    }


def write(folder: Path, module: torch.nn.Module, dtypes: tuple[str, ...] = ("fp32", "bf16")) -> None:
    torch.manual_seed(0)
    cases = [[torch.randn(5, 4)]]
    bundle.write_bundle(folder, description(), module.eval(), [torch.randn(2, 4)], cases, list(dtypes), list(bundle.DEFAULT_FORMATS))


def run_script(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "HF_HUB_OFFLINE": "1", **environment}
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, env=clean, check=False, timeout=300)


# Comparing


def test_an_output_of_another_shape_is_an_error_even_where_it_would_broadcast() -> None:
    with pytest.raises(ExportError, match="has shape"):
        common.relative_error({"output": torch.ones(1, 2)}, {"output": torch.ones(3, 2)})


def test_one_wrong_element_among_millions_is_seen() -> None:
    torch.manual_seed(0)
    expected = torch.randn(8, 50265)
    outputs = expected.clone()
    outputs[0, 0] += 0.02 * expected.abs().max()
    assert common.relative_error({"output": outputs}, {"output": expected}) == pytest.approx(0.02, rel=1e-3)


def test_a_nan_on_either_side_is_infinitely_wrong() -> None:
    number, nan = {"output": torch.ones(2)}, {"output": torch.tensor([1.0, math.nan])}
    assert common.relative_error(number, nan) == math.inf
    assert common.relative_error(nan, number) == math.inf


def test_the_cosine_is_that_of_the_worst_row() -> None:
    expected = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    outputs = torch.tensor([[2.0, 0.0], [1.0, 1.0]])
    assert common.smallest_cosine({"output": outputs}, {"output": expected}) == pytest.approx(1 / math.sqrt(2))


def test_outputs_are_flattened_as_the_protocol_says() -> None:
    one = torch.ones(1)
    assert list(common.flatten(one)) == ["output"]
    assert list(common.flatten({"hidden": (one, one), "none": None})) == ["output.hidden.0", "output.hidden.1"]


# Writing bundles


def test_a_bundle_is_whole_and_fits_the_schema(tmp_path: Path, schema: dict[str, Any]) -> None:
    write(tmp_path / "tiny", Affine())
    manifest = json.loads((tmp_path / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest, schema)
    files = {(kind, dtype): entry for kind, by_dtype in manifest["files"].items() for dtype, entry in by_dtype.items()}
    assert set(files) == {("torchscript", "fp32"), ("torchscript", "bf16"), ("onnx", "fp32")}
    for (_, dtype), entry in files.items():
        data = (tmp_path / "tiny" / entry["path"]).read_bytes()
        assert (entry["sha256"], entry["size_bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
        assert entry["float_inputs"] == {"fp32": "f32", "bf16": "bf16"}[dtype]
    assert list(tmp_path.iterdir()) == [tmp_path / "tiny"]


def onnx_outputs(file: Path, x: torch.Tensor) -> dict[str, torch.Tensor]:
    session = onnxruntime.InferenceSession(str(file))
    names = [port.name for port in session.get_outputs()]
    return dict(zip(names, map(torch.from_numpy, session.run(None, {"x": x.numpy()})), strict=True))


def test_the_onnx_file_has_the_protocols_names_and_a_free_batch(tmp_path: Path) -> None:
    module = Affine()
    write(tmp_path / "tiny", module)
    x = torch.randn(7, 4)
    outputs = onnx_outputs(tmp_path / "tiny" / "fp32.onnx", x)
    assert list(outputs) == ["output"]
    torch.testing.assert_close(outputs["output"], module(x))


def test_a_model_without_a_counterpart_in_onnx_is_exported_without(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "tiny", Spectral(), dtypes=("fp32",))
    manifest = json.loads((tmp_path / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {"torchscript"}
    assert not (tmp_path / "tiny" / "fp32.onnx").exists()
    assert "tiny: cannot be exported as ONNX" in capsys.readouterr().err


def test_an_onnx_file_that_computes_something_else_is_found(tmp_path: Path) -> None:
    write(tmp_path / "tiny", Affine())
    other = Affine().eval()
    torch.nn.init.zeros_(other.linear.weight)
    with pytest.raises(ExportError, match="not the eager one"):
        onnx_file.verify("tiny", tmp_path / "tiny" / "fp32.onnx", ["x"], other, [[torch.randn(2, 4)]])
    (tmp_path / "torn.onnx").write_bytes((tmp_path / "tiny" / "fp32.onnx").read_bytes()[:100])
    with pytest.raises(ExportError, match="cannot be loaded"):
        onnx_file.verify("tiny", tmp_path / "torn.onnx", ["x"], other, [])


class Forgetful(Affine):
    """Takes an input that changes nothing, which ONNX files leave out."""

    def forward(self, x: torch.Tensor, unused: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


def test_an_onnx_file_whose_weights_lie_beside_it_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def export(made: Path, *_: object) -> None:
        made.write_bytes(b"graph")
        (made.parent / "weights.data").write_bytes(b"weights")

    monkeypatch.setattr(onnx_file, "export", export)
    write(tmp_path / "tiny", Affine(), dtypes=("fp32",))
    assert "onnx" not in json.loads((tmp_path / "tiny" / "manifest.json").read_text(encoding="utf-8"))["files"]
    names = {path.name for path in (tmp_path / "tiny").iterdir()}
    assert names == {"manifest.json", "fp32.pt", "example_inputs.safetensors", "example_outputs.safetensors"}
    assert "its weights take 1 more beside it; the bundle is without ONNX" in capsys.readouterr().err


@pytest.mark.parametrize(("fails", "left"), [("fp32", None), ("bf16", {"fp32"}), ("", {"fp32", "bf16"})])
def test_a_package_that_cannot_be_compiled_is_left_out_and_none_is_there_without_fp32(
    fails: str, left: set[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def compile_package(path: Path, *_: object) -> None:
        if path.stem == fails:
            raise ExportError("no compiler")
        path.write_bytes(b"package")

    monkeypatch.setattr(pt2_file, "write", compile_package)
    monkeypatch.setattr(pt2_file, "verify", lambda *_: [])
    bundle.write_bundle(
        tmp_path / "tiny", description(), Affine().eval(), [torch.randn(2, 4)], [], ["bf16", "fp32"], ["torchscript", "pt2"]
    )
    files = json.loads((tmp_path / "tiny" / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert (set(files["pt2"]) if "pt2" in files else None) == left
    assert {path.stem for path in (tmp_path / "tiny").glob("*.pt2")} == (left or set())
    assert ("no compiler; the bundle is without this package" in capsys.readouterr().err) == (fails != "")


def test_packages_are_kept_where_formats_are_not_named_and_gone_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pt2_file, "write", lambda path, *_: path.write_bytes(b"package"))
    monkeypatch.setattr(pt2_file, "verify", lambda *_: [])
    folder = tmp_path / "tiny"
    assert bundle.formats_to_keep(folder) == list(bundle.DEFAULT_FORMATS)
    for formats, packages in ((["torchscript", "pt2"], 1), (["torchscript"], 0)):
        bundle.write_bundle(folder, description(), Affine().eval(), [torch.randn(2, 4)], [], ["fp32"], formats)
        assert ("pt2" in bundle.formats_to_keep(folder)) == (packages > 0)
        assert len(list(folder.glob("*.pt2"))) == packages


def test_a_package_of_another_cpu_is_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "fp32.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fp32/data/aotinductor/model/x.wrapper_metadata.json", json.dumps({"gravbench.cpu": "avx99 " + pt2_file.cpu()}))
    with pytest.raises(ExportError, match="was compiled for a CPU with avx99, which this one lacks"):
        pt2_file.verify("tiny", torch.float32, path, Affine(), [])


def test_a_fingerprint_names_the_cpu_where_packages_are_made_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(formats: list[str]) -> str:
        return bundle.fingerprint({"name": "a"}, "random", 0, ["fp32"], formats)

    here = made(["torchscript"]), made(["torchscript", "pt2"])
    monkeypatch.setattr(pt2_file, "cpu", lambda: "another")
    assert made(["torchscript"]) == here[0]
    assert made(["torchscript", "pt2"]) != here[1]


def test_an_input_that_changes_nothing_is_left_out_of_the_onnx_file_alone(tmp_path: Path) -> None:
    unused = {"name": "unused", "kind": "tensor", "dtype": "f32", "shape": ["batch"], "values": {"uniform": [-1, 1]}}
    both = dict(description(), inputs=[*description()["inputs"], unused])
    example = [torch.randn(2, 4), torch.randn(2)]
    bundle.write_bundle(tmp_path / "tiny", both, Forgetful().eval(), example, [], ["fp32"], list(bundle.DEFAULT_FORMATS))
    ports = onnxruntime.InferenceSession(str(tmp_path / "tiny" / "fp32.onnx")).get_inputs()
    assert [port.name for port in ports] == ["x"]


def test_the_example_outputs_are_those_of_the_eager_fp32_model(tmp_path: Path) -> None:
    module = Affine()
    write(tmp_path / "tiny", module)
    inputs = load_file(tmp_path / "tiny" / "example_inputs.safetensors")
    outputs = load_file(tmp_path / "tiny" / "example_outputs.safetensors")
    torch.testing.assert_close(outputs["output"], module(inputs["x"]).detach())


def test_every_file_of_a_bundle_is_as_readable_as_the_model(tmp_path: Path) -> None:
    write(tmp_path / "tiny", Affine())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tiny").iterdir()}
    assert len(set(modes.values())) == 1, modes


def test_the_bf16_file_is_bf16_throughout(tmp_path: Path) -> None:
    write(tmp_path / "tiny", Affine())
    traced = torch.jit.load(str(tmp_path / "tiny" / "bf16.pt"))
    assert {parameter.dtype for parameter in traced.parameters()} == {torch.bfloat16}
    assert traced(torch.ones(1, 4, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize(("module", "message"), [(BakedBatch, "fails for|has shape"), (BakedBranch, "not the eager one")])
def test_a_trace_that_baked_its_shape_in_is_refused_and_leaves_no_bundle(tmp_path: Path, module: type, message: str) -> None:
    with pytest.raises(ExportError, match=message):
        write(tmp_path / "tiny", module(), ("fp32",))
    assert not any((tmp_path / "tiny").iterdir())
    assert list(tmp_path.iterdir()) == [tmp_path / "tiny"]


def test_an_interrupted_export_leaves_the_older_bundle_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "tiny", Affine())
    before = {path.name: path.read_bytes() for path in (tmp_path / "tiny").iterdir()}

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bundle, "save_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "tiny", Affine())
    assert {path.name: path.read_bytes() for path in (tmp_path / "tiny").iterdir()} == before
    assert list(tmp_path.iterdir()) == [tmp_path / "tiny"]


def test_an_export_that_is_killed_while_files_move_leaves_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "tiny", Affine())
    replace = bundle.os.replace

    def stops_at_the_manifest(source: Path, target: Path) -> None:
        if Path(target).name == "manifest.json":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(bundle.os, "replace", stops_at_the_manifest)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "tiny", Affine())
    assert not (tmp_path / "tiny" / "manifest.json").exists()


def test_a_bundle_is_up_to_date_only_while_nothing_about_it_changed(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    assert not bundle.is_up_to_date(folder, "f")
    write(folder, Affine())
    assert bundle.is_up_to_date(folder, "f")
    assert not bundle.is_up_to_date(folder, "g")
    (folder / "bf16.pt").write_bytes(b"half")
    assert not bundle.is_up_to_date(folder, "f")
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert not bundle.is_up_to_date(folder, "f")


def test_recipe_weights_seed_dtypes_and_formats_are_part_of_the_fingerprint() -> None:
    base = bundle.fingerprint({"name": "a"}, "random", 0, ["fp32"], ["torchscript"])
    assert base == bundle.fingerprint({"name": "a"}, "random", 0, ["fp32"], ["torchscript"])
    others = [
        bundle.fingerprint({"name": "b"}, "random", 0, ["fp32"], ["torchscript"]),
        bundle.fingerprint({"name": "a"}, "pretrained", 0, ["fp32"], ["torchscript"]),
        bundle.fingerprint({"name": "a"}, "random", 1, ["fp32"], ["torchscript"]),
        bundle.fingerprint({"name": "a"}, "random", 0, ["fp32", "bf16"], ["torchscript"]),
        bundle.fingerprint({"name": "a"}, "random", 0, ["fp32"], ["torchscript", "onnx"]),
    ]
    assert len({base, *others}) == 6


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    write(tmp_path / "tiny", Affine())
    (tmp_path / "tiny" / "fp32.pt").write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"fp32\.pt cannot be loaded"):
        bundle.verify("tiny", "fp32", tmp_path / "tiny" / "fp32.pt", Affine(), [[torch.ones(1, 4)]])


def test_verification_sees_other_weights(tmp_path: Path) -> None:
    write(tmp_path / "tiny", Affine())
    torch.manual_seed(1)
    with pytest.raises(ExportError, match="not the eager one"):
        bundle.verify("tiny", "fp32", tmp_path / "tiny" / "fp32.pt", Affine(), [[torch.ones(1, 4)]])


# Recipes


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_gives_inputs_inside_the_vocabulary_and_away_from_padding(name: str) -> None:
    recipe = recipes.read_recipe(ROOT / "models" / name)
    assert recipe["name"] == name
    if recipe["task"] != "text":
        return
    config = recipe["transformers"]["config"]
    low, high = recipe["inputs"][0]["values"]["uniform"]
    assert config["pad_token_id"] < low <= high < config["vocab_size"]
    assert recipe["example"]["pad_id"] == config["pad_token_id"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "resnet50"])
def test_text_is_checked_and_exemplified_with_padding(name: str) -> None:
    recipe = recipes.read_recipe(ROOT / "models" / name)
    example, text = recipes.example_of(recipe, None)
    cases = recipes.other_inputs(recipe)
    assert len({case[0].shape for case in [example, *cases]}) == 4
    for ids, mask in [example, *cases]:
        assert (mask == 0).any()
        assert mask.sum(1).min() > 0
        assert (ids[mask == 0] == recipe["example"]["pad_id"]).all()
    assert "fixed token ids" in text
    assert "the shorter row padded" in text


def test_the_picture_is_normalised_and_the_same_each_time() -> None:
    picture = recipes.picture()
    assert picture.shape == (1, 3, 224, 224)
    assert -2.2 < picture.min() < picture.max() < 2.7
    assert torch.equal(picture, recipes.picture())


TINY_TEXT = {
    "roberta": {
        "model_class": "RobertaForMaskedLM",
        "config_class": "RobertaConfig",
        "hub_id": "tiny/roberta",
        "licence": None,
        "config": {
            "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
            "max_position_embeddings": 70, "type_vocab_size": 1, "pad_token_id": 1,
        },
    },
    "distilbert": {
        "model_class": "DistilBertForSequenceClassification",
        "config_class": "DistilBertConfig",
        "hub_id": "tiny/distilbert",
        "licence": None,
        "config": {"vocab_size": 50, "dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32, "num_labels": 2, "pad_token_id": 0},
    },
}  # fmt: skip


def tiny_recipe(kind: str) -> dict[str, Any]:
    entry = TINY_TEXT[kind]
    pad = entry["config"]["pad_token_id"]
    mask = {"name": "attention_mask", "kind": "tensor", "dtype": "i64", "shape": ["batch", "seq"], "values": {"constant": 1}}
    ids = dict(mask, name="input_ids", values={"uniform": [5, 49]})
    example = {"sentences": ["a", "b"], "pad_id": pad, "token_ids": [[2, 7, 8, 9, 3], [2, 7, 3]]}
    return {"name": f"tiny-{kind}", "task": "text", "transformers": entry, "inputs": [ids, mask], "outputs": [], "example": example}


@pytest.mark.parametrize("kind", TINY_TEXT)
@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
def test_text_models_are_right_at_other_shapes_with_padding(tmp_path: Path, kind: str, dtype: str) -> None:
    recipe = tiny_recipe(kind)
    model = recipes.build(recipe, "random", 0)
    bundle.write_file(tmp_path, kind, dtype, model.module, model.example, recipes.other_inputs(recipe))
    graph = str(torch.jit.load(str(tmp_path / f"{dtype}.pt")).inlined_graph)
    assert "scaled_dot_product" not in graph
    if dtype == "bf16":
        assert "Float(" not in graph


@pytest.mark.parametrize("kind", TINY_TEXT)
def test_the_mask_matters_so_the_padding_cases_test_something(kind: str) -> None:
    recipe = tiny_recipe(kind)
    module = recipes.build(recipe, "random", 0).module
    ids, mask = recipes.other_inputs(recipe)[1]
    with torch.no_grad():
        masked, unmasked = module(ids, mask), module(ids, torch.ones_like(mask))
    assert common.relative_error({"output": masked}, {"output": unmasked}) > 10 * common.FP32_RELATIVE_ERROR


def test_random_weights_follow_from_the_seed() -> None:
    def first_weights(seed: int) -> torch.Tensor:
        return next(recipes.build(tiny_recipe("roberta"), "random", seed).module.parameters())

    assert torch.equal(first_weights(3), first_weights(3))
    assert not torch.equal(first_weights(3), first_weights(4))


def test_weights_that_torchvision_has_are_asked_for_at_their_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Weights:
        url = "http://example.invalid/resnet50.pth"

    asked: list[str] = []
    fake = types.SimpleNamespace(models=types.SimpleNamespace(get_model_weights=lambda function: {"IMAGENET1K_V2": Weights}))
    monkeypatch.setitem(sys.modules, "torchvision", fake)
    monkeypatch.setattr(recipes, "answers", lambda url: bool(asked.append(url)))
    assert not recipes.is_pretrained_available(recipes.read_recipe(ROOT / "models" / "resnet50"))
    assert asked == [Weights.url]


# The command line


def test_pretrained_weights_out_of_reach_end_in_a_message_not_a_traceback(tmp_path: Path) -> None:
    result = run_script("distilbert-sst2", "--output", str(tmp_path), HF_HOME=str(tmp_path / "hub"))
    assert result.returncode == 1
    assert "distilbert-sst2: the pretrained weights (distilbert-base-uncased-finetuned-sst-2-english) cannot be had" in result.stderr
    assert "--weights random" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("*/manifest.json"))


def test_a_hub_that_refuses_connections_is_given_up_at_once(tmp_path: Path) -> None:
    # Port 9 of this machine is closed; 60 s is what the hub's client would spend on retries.
    settings = {"HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    result = run_script("distilbert-sst2", "--output", str(tmp_path), **settings)
    assert result.returncode == 1
    assert "cannot be had" in result.stderr
    assert "Retrying" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["vgg"], "'vgg' is not one of"),
        (["--dtype", "int8"], "'int8' is not one of"),
        (["--dtype", "bf16"], "fp32 must be among them"),
        (["--torchbench", "x"], "needs --torchbench-path"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_done(arguments: list[str], message: str) -> None:
    result = run_script(*arguments)
    assert result.returncode == 2
    assert message in result.stderr


def test_list_names_every_model() -> None:
    result = run_script("--list")
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == list(NAMES)


def test_verifying_what_is_not_there_says_so(tmp_path: Path) -> None:
    result = run_script("--verify", "resnet50", "--output", str(tmp_path))
    assert result.returncode == 1
    assert "no bundle; export it first" in result.stderr


@pytest.mark.parametrize("text", ["{", "{}"])
def test_verifying_a_damaged_manifest_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "resnet50").mkdir()
    (tmp_path / "resnet50" / "manifest.json").write_text(text, encoding="utf-8")
    result = run_script("--verify", "resnet50", "--output", str(tmp_path))
    assert result.returncode == 1
    assert "not a manifest" in result.stderr
    assert "Traceback" not in result.stderr


# TorchBench

HEAD = """
import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x):
        {forward}

class Model:
    def __init__(self, test, device, batch_size=None, extra_args=[]):
        assert (test, device) == ("eval", "cpu")
        torch.manual_seed(0)
        self.model = Net()
        {init}

    def get_module(self):
        return self.model, {example}
"""
LOADER = """
import importlib

class ModelNotFoundError(RuntimeError):
    pass

def load_model_by_name(name):
    if name == "listed":
        return importlib.import_module(".models.plain", package=__name__).Model
    try:
        return getattr(importlib.import_module(f".models.{name}", package=__name__), "Model", None)
    except ModuleNotFoundError:
        raise ModelNotFoundError(f"{name} is not found in the core model list.")
"""
MODELS = {
    "plain": {},
    "by_name": {"example": "{'x': torch.randn(2, 4)}"},
    "fixed": {"forward": "return self.linear(x) if x.shape[0] == 2 else -self.linear(x)"},
    "tokens": {"forward": "return {'logits': self.linear(x.float()[:, :4])}", "example": "(torch.randint(3, 90, (2, 6)),)"},
    "no_eval": {"init": "raise NotImplementedError('Test eval is not implemented.')"},
    "untraceable": {"forward": "return {'a': object()}"},
    "odd_inputs": {"example": "([torch.randn(2, 4)],)"},
}
Export = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A miniature TorchBench with the API of the real one."""
    package = tmp_path / "checkout" / "torchbenchmark"
    for name, parts in {**MODELS, "empty": {}}.items():
        (package / "models" / name).mkdir(parents=True)
        code = {"forward": "return self.linear(x)", "init": "pass", "example": "(torch.randn(2, 4),)", **parts}
        text = "" if name == "empty" else HEAD.replace("{forward}", code["forward"]).replace("{init}", code["init"])
        (package / "models" / name / "__init__.py").write_text(text.replace("{example}", code["example"]), encoding="utf-8")
    (package / "models" / "__init__.py").touch()
    (package / "__init__.py").write_text(textwrap.dedent(LOADER), encoding="utf-8")
    return package.parent


@pytest.fixture
def export(checkout: Path, tmp_path: Path) -> Iterator[Export]:
    def run(name: str) -> subprocess.CompletedProcess[str]:
        return run_script("--torchbench", name, "--torchbench-path", str(checkout), "--output", str(tmp_path / "out"))

    yield run


def exported(tmp_path: Path, name: str) -> dict[str, Any]:
    return json.loads((tmp_path / "out" / name / "manifest.json").read_text(encoding="utf-8"))


def test_a_model_of_torchbench_becomes_a_bundle_with_a_free_batch(export: Export, tmp_path: Path, schema: dict[str, Any]) -> None:
    result = export("plain")
    assert result.returncode == 0, result.stderr
    manifest = exported(tmp_path, "plain")
    jsonschema.validate(manifest, schema)
    assert manifest["inputs"][0]["shape"] == ["batch", 4]
    assert manifest["example"]["shape"] == {"batch": 2}
    assert set(manifest["files"]["torchscript"]) == {"fp32", "bf16"}
    assert set(manifest["files"]["onnx"]) == {"fp32"}


def test_a_batch_that_cannot_be_changed_stays_a_number(export: Export, tmp_path: Path) -> None:
    assert export("fixed").returncode == 0
    manifest = exported(tmp_path, "fixed")
    assert manifest["inputs"][0]["shape"] == [2, 4]
    assert manifest["example"]["shape"] == {}


def test_inputs_by_name_keep_their_names(export: Export, tmp_path: Path) -> None:
    assert export("by_name").returncode == 0
    assert exported(tmp_path, "by_name")["inputs"][0]["name"] == "x"


def test_a_model_that_does_not_run_in_bf16_is_exported_in_fp32(export: Export, tmp_path: Path) -> None:
    result = export("tokens")
    assert result.returncode == 0, result.stderr
    assert "does not run in bf16" in result.stderr
    assert set(exported(tmp_path, "tokens")["files"]["torchscript"]) == {"fp32"}


def test_whole_numbers_are_drawn_from_the_examples_range(export: Export, tmp_path: Path) -> None:
    assert export("tokens").returncode == 0
    entry = exported(tmp_path, "tokens")["inputs"][0]
    low, high = entry["values"]["uniform"]
    assert entry["dtype"] == "i64"
    assert 3 <= low < high < 90


def test_torchbench_finds_models_that_have_no_folder(export: Export, tmp_path: Path) -> None:
    assert export("listed").returncode == 0
    assert exported(tmp_path, "listed")["name"] == "listed"


def test_a_checkout_from_before_load_model_by_name_works(export: Export, checkout: Path, tmp_path: Path) -> None:
    (checkout / "torchbenchmark" / "__init__.py").write_text("", encoding="utf-8")
    assert export("plain").returncode == 0
    assert exported(tmp_path, "plain")["name"] == "plain"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent", "TorchBench has no model absent"),
        ("empty", "defines no class Model"),
        ("no_eval", "Test eval is not implemented"),
        ("untraceable", "untraceable fp32: cannot be traced"),
        ("odd_inputs", "is a list, not a tensor"),
    ],
)
def test_a_model_of_torchbench_that_cannot_be_exported_says_why(export: Export, tmp_path: Path, name: str, message: str) -> None:
    result = export(name)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out" / name / "manifest.json").exists()


def test_a_folder_that_is_no_checkout_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no folder torchbenchmark"):
        torchbench.load("plain", tmp_path)


# The bundles in models/: hundreds of megabytes, and a minute


def real_bundle(name: str) -> tuple[Path, dict[str, Any]]:
    folder = ROOT / "models" / name
    if not (folder / "manifest.json").exists():
        pytest.skip(f"models/{name} is not exported")
    return folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_exported_bundle_is_whole(name: str, schema: dict[str, Any]) -> None:
    folder, manifest = real_bundle(name)
    jsonschema.validate(manifest, schema)
    assert set(manifest["files"]) >= set(bundle.DEFAULT_FORMATS)
    for entry in [entry for of_format in manifest["files"].values() for entry in of_format.values()]:
        assert bundle.sha256(folder / entry["path"]) == entry["sha256"]
    inputs = load_file(folder / "example_inputs.safetensors")
    assert list(inputs) and set(inputs) == {item["name"] for item in manifest["inputs"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_exported_bundle_runs_in_old_libtorch_and_in_its_own_dtype(name: str) -> None:
    folder, manifest = real_bundle(name)
    for dtype, entry in manifest["files"]["torchscript"].items():
        traced = torch.jit.load(str(folder / entry["path"]))
        graph = traced.inlined_graph
        assert not [node.kind() for node in graph.nodes() if "scaled_dot_product" in node.kind()]
        constants = [str(node.output().type()) for node in graph.nodes() if node.kind() == "prim::Constant"]
        if dtype == "bf16":
            assert not [kind for kind in constants if "Float(" in kind]
            assert {parameter.dtype for parameter in traced.parameters()} == {torch.bfloat16}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_random_weights_give_outputs_that_tell_inputs_apart(name: str) -> None:
    recipe = recipes.read_recipe(ROOT / "models" / name)
    model = recipes.build(recipe, "random", 0)
    case = recipes.other_inputs(recipe)[1]
    with torch.no_grad():
        logits = model.module(*case).flatten(0, -2)
    assert torch.isfinite(logits).all()
    assert 0.05 < logits.std() < 1000
    assert logits.std(0).mean() > 0.01 * logits.std()


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name == "distilbert-sst2" else pytest.mark.long) for name in NAMES])
def test_an_exported_bundle_agrees_with_eager_pytorch(name: str) -> None:
    real_bundle(name)
    result = run_script("--verify", name)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("fp32") >= 3 and result.stdout.count("onnx") >= 3

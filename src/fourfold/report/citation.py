"""How to cite: the comparison itself, and the sources of the methods that it used."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

PROJECT = "Fourfold: fully connected, convolution, recurrent or attention, compared on one's own data"
YEAR = 2026


class Source(NamedTuple):
    """A paper, and the words in a study's methods, architectures or measures that show it was used."""

    words: tuple[str, ...]
    paper: str


SOURCES = (
    Source(
        ("cross-validation",),
        "Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52, 239–281.",
    ),
    Source(
        ("crossed random effects",),
        "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. "
        "Biometrics Bulletin 2, 110–114.",
    ),
    Source(
        ("simultaneous",),
        "Hothorn, T., Bretz, F. and Westfall, P. (2008). Simultaneous inference in general parametric models. "
        "Biometrical Journal 50, 346–363.",
    ),
    Source(
        ("exact binomial",),
        "Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of "
        "positive counts estimated from survey data. Survey Methodology 24, 193–201.",
    ),
    Source(
        ("corrected for skewness",),
        "Hall, P. (1992). On the removal of skewness by transformation. Journal of the Royal Statistical Society B "
        "54, 221–228.",
    ),
    Source(
        ("comparison with the best",),
        "Hsu, J. C. (1996). Multiple comparisons: theory and methods, chapter 4. Chapman and Hall.",
    ),
    Source(
        ("calibration error",),
        "Kumar, A., Liang, P. and Ma, T. (2019). Verified uncertainty calibration. NeurIPS.",
    ),
    Source(
        ("Brier score",),
        "Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. "
        "Monthly Weather Review 78, 1–3.",
    ),
    Source(
        ("memorisation", "permuted", "shuffled labels"),
        "Zhang, C., Bengio, S., Hardt, M., Recht, B. and Vinyals, O. (2017). Understanding deep learning requires "
        "rethinking generalization. ICLR.",
    ),
    Source(
        ("functional ANOVA", '"hyperparameters"'),
        "Hutter, F., Hoos, H. and Leyton-Brown, K. (2014). An efficient approach for assessing hyperparameter "
        "importance. ICML.",
    ),
    Source(
        ('"views": [[',),
        "Adebayo, J. et al. (2018). Sanity checks for saliency maps. NeurIPS.",
    ),
    Source(
        ("Simonyan",),
        "Simonyan, K., Vedaldi, A. and Zisserman, A. (2014). Deep inside convolutional networks: visualising image "
        "classification models and saliency maps. ICLR workshop.",
    ),
    Source(
        ("Abnar",),
        "Abnar, S. and Zuidema, W. (2020). Quantifying attention flow in transformers. ACL.",
    ),
    Source(
        ("Conv1D(", "Conv2D("),
        "LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning applied to document "
        "recognition. Proceedings of the IEEE 86, 2278–2324.",
    ),
    Source(
        ("LSTM(",),
        "Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural Computation 9, 1735–1780.",
    ),
    Source(
        ("GRU(",),
        "Cho, K. et al. (2014). Learning phrase representations using RNN encoder-decoder for statistical machine "
        "translation. EMNLP.",
    ),
    Source(
        ("heads", "MultiHeadAttention"),
        "Vaswani, A. et al. (2017). Attention is all you need. NIPS.",
    ),
)


def entry(results: dict[str, Any]) -> str:
    """The comparison as a BibTeX entry, without authors that nobody named.

    >>> print(entry({"fourfold": "0.1.0", "command": "fourfold compare digits", "data": {"name": "digits"}}))
    @software{fourfold,
      title   = {Fourfold: fully connected, convolution, recurrent or attention, compared on one's own data},
      version = {0.1.0},
      year    = {2026},
      note    = {Comparison on digits: fourfold compare digits}
    }
    """
    note = f"Comparison on {results['data']['name']}: {results.get('command') or ''}"
    fields = {"title": PROJECT, "version": results.get("fourfold") or "", "year": str(YEAR), "note": note}
    lines = [f"  {name:<7} = {{{_plain(str(value))}}}" for name, value in fields.items() if value]
    return "@software{fourfold,\n" + ",\n".join(lines) + "\n}"


def _plain(text: str) -> str:
    """Without the characters that TeX reads as commands."""
    kept = "".join(" " if character in "{}\\\n" else character for character in text)
    return "".join(f"\\{character}" if character in "%&#$_" else character for character in kept)


def sources(results: dict[str, Any]) -> tuple[str, ...]:
    """The papers behind what this study used, and no others."""
    used = {
        "methods": [[row.get("measure"), row.get("method")] for row in _measured(results)],
        "protocol": results["design"].get("protocol"),
        "architectures": [row.get("architecture") for row in results["families"] if row.get("score")],
        "views": [
            [view["kind"], view["method"]] for view in (results.get("examples") or {}).get("families") or ()
        ],
        "measures": [found["name"] for found in results.get("measures") or () if not found.get("reason")],
    }
    text = json.dumps(used, ensure_ascii=False)
    return tuple(source.paper for source in SOURCES if any(word in text for word in source.words))


def _measured(results: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in results.get("evidence") or () if row.get("value") is not None]

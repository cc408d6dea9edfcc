"""The benchmarks of speed, each a table.

    uv run python -m benchmarks                     all of them
    uv run python -m benchmarks training --peers-python PATH --models lstm_s conv_m --peers torch keras-jax

Peers are found in another interpreter, named by ``--peers-python`` or the variable FOURFOLD_PEERS:
``uv venv PATH && uv pip install --python PATH torch keras jax tensorflow``. Without it, a table says that they are
missing. `python -m benchmarks.commits A B` compares two commits of Fourfold.
"""

from __future__ import annotations

import argparse

from benchmarks import answer, memory, overhead, prediction, scaling, start, streaming, studies, training
from benchmarks.workers import PEERS_PYTHON

BENCHMARKS = {
    "training": training, "predict": prediction, "studies": studies, "overhead": overhead, "start": start,
    "streaming": streaming, "scaling": scaling, "memory": memory, "answer": answer,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers-python", default=PEERS_PYTHON, help="the interpreter with the peers"
    )
    commands = parser.add_subparsers(dest="benchmark")
    for name, module in BENCHMARKS.items():
        module.add_arguments(commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0]))
    options = parser.parse_args()
    for name in [options.benchmark] if options.benchmark else BENCHMARKS:
        print(f"\n{name}: {(BENCHMARKS[name].__doc__ or '').splitlines()[0]}")
        if not options.benchmark:
            chosen = argparse.ArgumentParser()
            BENCHMARKS[name].add_arguments(chosen)
            chosen.set_defaults(peers_python=options.peers_python)
            BENCHMARKS[name].run(chosen.parse_args([]))
        else:
            BENCHMARKS[name].run(options)


if __name__ == "__main__":
    main()

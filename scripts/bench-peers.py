#!/usr/bin/env python3
"""Times llama.cpp and this project in turn; called by bench-peers.sh.

One round is one run of each, so that what else the machine does meets both;
the ratio of a round is what counts, not the speeds of different minutes. Both
compute the logits of the last token only.
"""
import argparse
import json
import statistics
import subprocess
import sys

PHASES = {"prefill": 512, "decode": 128}


def json_of(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f"error: {' '.join(command)} failed:\n{result.stderr}")
    return json.loads(result.stdout)


def run_peer(bench, model, repetitions):
    """Tokens a second by phase, and the processor's name."""
    prompt, generate = map(str, PHASES.values())
    rows = json_of([bench, "-m", model, "-t", "1", "-p", prompt, "-n", generate, "-r", repetitions, "-o", "json"])
    speeds = {"decode" if row["n_prompt"] == 0 else "prefill": statistics.median(row["samples_ts"]) for row in rows}
    return speeds, rows[0]["cpu_info"]


def run_ours(run, model, repetitions):
    """Tokens a second by phase."""
    prompt, generate = map(str, PHASES.values())
    report = json_of(
        [run, "bench", model, "--prompt", prompt, "--generate", generate, "--repetitions", repetitions, "--json"]
    )
    return {phase: report[phase]["tokens_per_second"] for phase in PHASES}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", nargs=2, required=True, metavar=("LLAMA_BENCH", "MODEL"))
    parser.add_argument("--ours", nargs=2, required=True, metavar=("QUANT_RUN", "MODEL"))
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--repetitions", default="3", help="runs of one round, of which the median counts")
    arguments = parser.parse_args()

    peer, ours = [], []
    for round_number in range(1, arguments.rounds + 1):
        speeds, processor = run_peer(*arguments.peer, arguments.repetitions)
        peer.append(speeds)
        ours.append(run_ours(*arguments.ours, arguments.repetitions))
        ratios = ", ".join(f"{phase} {ours[-1][phase] / peer[-1][phase]:.2f}" for phase in PHASES)
        print(f"round {round_number:2} of {arguments.rounds}: {ratios}", flush=True)

    print(f"\nSmolLM2-135M at 8 bits, 1 thread, tokens/s: medians of {arguments.rounds} rounds on {processor}")
    print(f"{'':16}{'llama.cpp Q8_0':>16}{'iquant W8A8':>16}{'paired ratio':>16}{'lowest':>9}{'highest':>9}")
    for phase, tokens in PHASES.items():
        theirs = [sample[phase] for sample in peer]
        own = [sample[phase] for sample in ours]
        ratios = [a / b for a, b in zip(own, theirs)]
        print(
            f"{f'{phase} of {tokens}':16}{statistics.median(theirs):16.1f}{statistics.median(own):16.1f}"
            f"{statistics.median(ratios):16.2f}{min(ratios):9.2f}{max(ratios):9.2f}"
        )


if __name__ == "__main__":
    main()

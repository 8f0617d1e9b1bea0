#!/usr/bin/env python3
"""Times llama.cpp, forks of it and this project in turn; called by bench-peers.sh.

One round is one run of each, so that what else the machine does meets all; the
ratio of a round is what counts, not the speeds of different minutes. All
compute the logits of the last token only.
"""
import argparse
import functools
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


@functools.cache
def takes(bench, option):
    """Whether a peer's program knows an option."""
    shown = subprocess.run([bench, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return option in shown.stdout


def run_peer(bench, model, threads, repetitions):
    """Tokens a second by phase, and the processor's name."""
    prompt, generate = map(str, PHASES.values())
    # A fork's order of weights in memory, without which it is slower.
    repack = ["-rtr", "1"] if takes(bench, "-rtr") else []
    rows = json_of([bench, "-m", model, "-t", threads, "-p", prompt, "-n", generate, "-r", repetitions, "-o", "json"] + repack)
    speeds = {"decode" if row["n_prompt"] == 0 else "prefill": statistics.median(row["samples_ts"]) for row in rows}
    return speeds, rows[0]["cpu_info"]


def run_ours(run, model, threads, repetitions):
    """Tokens a second by phase."""
    prompt, generate = map(str, PHASES.values())
    report = json_of([run, "bench", model, "--threads", threads, "--prompt", prompt, "--generate", generate,
                      "--repetitions", repetitions, "--json"])
    return {phase: report[phase]["tokens_per_second"] for phase in PHASES}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", nargs=3, action="append", required=True, metavar=("NAME", "LLAMA_BENCH", "MODEL"))
    parser.add_argument("--ours", nargs=2, required=True, metavar=("QUANT_RUN", "MODEL"))
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--repetitions", default="3", help="runs of one round, of which the median counts")
    arguments = parser.parse_args()

    peers, ours = {name: [] for name, *_ in arguments.peer}, []
    for round_number in range(1, arguments.rounds + 1):
        for name, bench, model in arguments.peer:
            speeds, processor = run_peer(bench, model, arguments.threads, arguments.repetitions)
            peers[name].append(speeds)
        ours.append(run_ours(*arguments.ours, arguments.threads, arguments.repetitions))
        ratios = "; ".join(
            f"{name}: " + ", ".join(f"{phase} {ours[-1][phase] / theirs[-1][phase]:.2f}" for phase in PHASES)
            for name, theirs in peers.items())
        print(f"round {round_number:2} of {arguments.rounds}, times {ratios}", flush=True)

    threads = f"{arguments.threads} thread{'s' * (arguments.threads != '1')}"
    print(f"\nSmolLM2-135M at 8 bits, {threads}, tokens/s: medians of {arguments.rounds} rounds on {processor}")
    print(f"{'':16}{'peer, Q8_0':>16}{'its speed':>12}{'iquant W8A8':>14}{'paired ratio':>14}{'lowest':>9}{'highest':>9}")
    for phase, tokens in PHASES.items():
        own = [sample[phase] for sample in ours]
        for name, samples in peers.items():
            theirs = [sample[phase] for sample in samples]
            ratios = [a / b for a, b in zip(own, theirs)]
            print(
                f"{f'{phase} of {tokens}':16}{name:>16}{statistics.median(theirs):12.1f}{statistics.median(own):14.1f}"
                f"{statistics.median(ratios):14.2f}{min(ratios):9.2f}{max(ratios):9.2f}"
            )


if __name__ == "__main__":
    main()

"""Compares a file of statistics with NumPy's of the values themselves.

Usage: check_statistics.py STATISTICS.json NAME=VALUES.npy... [NAME=scores:QUERY.npy,KEY.npy,HEADS]
The last dimension of an array holds the channels. Scores are computed here:
causal, one key head for each query head, one row of positions per window.
"""

import base64
import json
import sys

import numpy


def scores(query, key, heads):
    """The scores of every head below their row's maximum, masked ones left out: [heads, count]."""
    width = query.shape[-1] // heads
    found = []
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        rows = []
        for q, k in zip(query[..., part], key[..., part]):
            product = q @ k.T / numpy.sqrt(width)
            for i, row in enumerate(product):
                rows.append(row[: i + 1] - row[: i + 1].max())
        found.append(numpy.concatenate(rows))
    return numpy.array(found)


def load(path):
    return numpy.load(path).astype("float64")


def values(source):
    """The numbers of each channel: [channels, count]."""
    if source.startswith("scores:"):
        query, key, heads = source.removeprefix("scores:").split(",")
        return scores(load(query), load(key), int(heads))
    array = load(source)
    return array.reshape(-1, array.shape[-1]).T


def close(name, key, found, wanted):
    # Both sides keep f32; sums of compiled code differ in their last bits.
    if not numpy.allclose(found, wanted, rtol=1e-5, atol=1e-6):
        sys.exit(f"{name}: {key} is {found}, NumPy has {wanted}")


def check(value, channels):
    name = value["name"]
    assert value["channels"] == len(channels), name
    assert value["count"] == channels.shape[1], name
    statistics = {
        "min": numpy.min, "max": numpy.max, "mean": numpy.mean, "deviation": numpy.std,
        "absmax": lambda x, axis: numpy.abs(x).max(axis=axis),
    }
    for key, function in statistics.items():
        close(name, key, value["channel"][key], function(channels, axis=1))
        close(name, key, value[key], function(channels, axis=None))
    for percent, found in value["percentiles"].items():
        low, high = numpy.percentile(channels, float(percent), method="lower"), numpy.percentile(
            channels, float(percent), method="higher")
        slack = max(abs(low), abs(high)) / 32 + 1e-6
        assert low - slack <= found <= high + slack, (name, percent, found, low, high)
    if "rows" in value:
        rows = numpy.frombuffer(base64.b64decode(value["rows"]), "<f4").reshape(-1, len(channels))
        known = {row.tobytes() for row in channels.T.astype("<f4")}
        assert all(row.tobytes() in known for row in rows), name
        print(f"{name}: {len(rows)} rows")


def main():
    with open(sys.argv[1]) as file:
        recorded = {value["name"]: value for value in json.load(file)["values"]}
    for argument in sys.argv[2:]:
        name, source = argument.split("=", 1)
        check(recorded[name], values(source))
    print(f"{len(sys.argv) - 2} of {len(recorded)} values agree")


main()

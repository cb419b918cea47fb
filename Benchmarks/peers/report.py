"""Turns measured lines into a table of ratios and a file of results.

usage: report.py LINES RESULTS FACTS

LINES has one JSON object a line, of Kalsae and of its peers. RESULTS is written, or brought up to
date network by network where it is there. FACTS is a JSON object: machine, commit, flags, ...
"""

import json
import os
import statistics
import sys


def merged(lines):
    """One entry for each network and engine: the least minimum, the median of medians."""
    groups = {}
    for line in lines:
        groups.setdefault((line["net"], line.get("engine", "kalsae")), []).append(line)
    return [{
        "net": net, "engine": engine, "threads": group[0]["threads"],
        "min_us": min(line["min_us"] for line in group),
        "median_us": statistics.median(line["median_us"] for line in group),
        "rounds": len(group),
    } for (net, engine), group in groups.items()]


def table(results):
    """Lines of text: least times in us, and how many times faster Kalsae is than the best peer."""
    nets, engines = [], []
    for entry in results:
        nets += [entry["net"]] if entry["net"] not in nets else []
        engines += [entry["engine"]] if entry["engine"] not in engines else []
    engines.sort(key=lambda engine: engine != "kalsae")
    least = {(entry["net"], entry["engine"]): entry["min_us"] for entry in results}
    rows = [["net"] + engines + ["best peer", "ratio"]]
    for net in nets:
        peers = {engine: least[net, engine] for engine in engines[1:] if (net, engine) in least}
        cells = [f"{least[net, engine]:.1f}" if (net, engine) in least else ""
                 for engine in engines]
        best = min(peers, key=peers.get) if peers else ""
        own = least.get((net, "kalsae"))
        ratio = f"{peers[best] / own:.2f}" if best and own else ""
        rows.append([net] + cells + [best, ratio])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    lines_path, results_path, facts = sys.argv[1:]
    with open(lines_path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.strip()]
    if not lines:
        sys.exit("kalsae: expected measured lines, got none")
    new = merged(lines)
    facts = json.loads(facts)
    for line in lines:
        if "version" in line:
            facts["versions"][line["engine"].split("-")[0]] = line["version"]
    old = {}
    if os.path.exists(results_path):
        with open(results_path, encoding="utf-8") as file:
            old = json.load(file)
    facts["versions"] = old.get("versions", {}) | facts["versions"]
    fresh = {entry["net"] for entry in new}
    kept = [entry for entry in old.get("results", []) if entry["net"] not in fresh]
    for entry in new:
        entry["commit"] = facts["commit"]
    facts["results"] = kept + new
    with open(results_path, "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=1)
        file.write("\n")
    print("least us per step; ratio: best peer over Kalsae")
    print("\n".join(table(facts["results"])))


if __name__ == "__main__":
    main()

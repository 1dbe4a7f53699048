"""Prints what the counting plug-in found for the cases that a generator named: print_cycles.py GENERATE.LOG COUNT.JSON

A line of the log reads "case MARK|NAME|OPERATIONS|ESTIMATED CYCLES|SCRATCH BYTES|REMARK"."""
import json
import sys


def main():
    layers = {layer["layer"]: layer for layer in json.load(open(sys.argv[2]))["layers"]}
    print(f"{'':34}{'cycles':>9}{'/operation':>11}{'instructions':>13}{'estimate':>9}{'scratch':>8}")
    for line in open(sys.argv[1]):
        if not line.startswith("case "):
            continue
        mark, name, operations, estimate, scratch, remark = line[len("case "):].strip().split("|")
        layer = layers[int(mark)]
        print(f"{name:34}{layer['cycles']:9}{layer['cycles'] / int(operations):11.3f}"
              f"{layer['instructions'] / int(operations):13.3f}{estimate:>9}{scratch:>8}  {remark}")


main()

"""Prints what the counting plug-in measured for the cases that generate.cpp named: report.py GENERATE.LOG COUNT.JSON"""
import json
import sys


def main():
    layers = {layer["layer"]: layer for layer in json.load(open(sys.argv[2]))["layers"]}
    print(f"{'layer':44}{'cycles':>10}{'c/MAC':>8}{'insn/MAC':>10}{'estimate':>10}{'scratch':>9}")
    for line in open(sys.argv[1]):
        if not line.startswith("case "):
            continue
        number, name, products, estimate, scratch, forms = line[len("case "):].strip().split("|")
        layer = layers[int(number)]
        print(f"{name:44}{layer['cycles']:10}{layer['cycles'] / int(products):8.3f}"
              f"{layer['instructions'] / int(products):10.3f}{int(estimate):10}{int(scratch):9}  {forms}")


main()

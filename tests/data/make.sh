#!/bin/sh
# make.sh CHECKOUT: makes the data of former_runs_test.ts with the program of a
# checkout in which `deno task setup` has run, in a folder named by its commit.
set -e
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$1" && pwd)
# Reports hold paths, and nobody's own are to stand in them.
export DINO_DATA=/tmp/dino-dqn-former
program() { deno run --allow-all "$checkout/main.ts" "$@"; }
mkdir "$DINO_DATA"
cd "$DINO_DATA"
cp "$here/few.yaml" .

program train --config "$here/tiny.yaml" --run run
cp runs/run/config.yaml base.yaml
program export run exported --no-example
program retrain --config "$here/tiny.yaml"
program sweep few.yaml
# How the run goes on.
mv runs all
mkdir runs
cp -R all/run runs/run
program train --resume run --steps 500
cp runs/run/scores.csv scores-to-step-500.csv
rm -r runs
mkdir runs
mv all/run runs/run

# Only what is read again stays; what can be made anew is large.
rm -r all champion/reserve champion/index.html champion/nights/*/challenger \
  champion/nights/*/index.html champion/nights/*/log.txt runs/run/report \
  runs/run/evaluations/*/index.html sweeps/few/logs sweeps/few/index.html \
  exported/report/*.webp exported/report/index.html
mv "$DINO_DATA" "$here/$(git -C "$checkout" rev-parse --short HEAD)"

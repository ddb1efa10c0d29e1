#!/usr/bin/env bash
# anomalies.sh DATA OUT: fights as anomalies. For each fold a network learns to give back the clips without a fight of the
# other two, and all clips of the fold are scored, frame by frame: as a camera could (raw, mean squared error) and as papers do
# (each video's scores stretched to 0…1, the worst cells). DATA holds manifest.csv, of the columns path,label,group,fold. The
# figures end in OUT/results.csv; runs that are done are not done again, others go on. EPOCHS=2 tries all of it.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
data=$(realpath "$1")
mkdir -p "$2"
cd "$2"
kinetorch() { node "$root/dist/cli/main.js" "$@"; }

sed "s|^clips|$data/clips|" "$data/manifest.csv" > all.csv
echo fold,scores,auc,equal_error_rate > results.csv
for fold in 0 1 2; do
  awk -F, -v fold=$fold 'NR == 1 || ($2 == "no-fight" && $4 != fold)' all.csv > normal-$fold.csv
  if [ ! -e pre-$fold/last.pt ]; then
    if [ -e pre-$fold/config.json ]; then kinetorch pretrain --resume pre-$fold
    else
      kinetorch pretrain normal-$fold.csv -a r2plus1d_16 -o pre-$fold --objective plain --frames 16 --frame-rate 12 \
        --height 64 --width 80 --resize 72x90 --batch-size 8 --ema 0.98 --precision bfloat16 --threads 1 --epochs "${EPOCHS:-100}"
    fi
  fi
  for scores in none video; do
    score=$([ $scores = none ] && echo mse || echo topCells)
    kinetorch anomaly all.csv -m pre-$fold/best.pt --evaluate --normal no-fight --fold $fold --normalise $scores --score $score \
      --threads 1 --json |
      node -e 'const { auc, equalErrorRate } = JSON.parse(require("fs").readFileSync(0, "utf8"));
        console.log([...process.argv.slice(1), auc, equalErrorRate].join(","))' $fold $scores | tee -a results.csv
  done
done

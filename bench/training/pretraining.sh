#!/usr/bin/env bash
# pretraining.sh DATA OUT: what pre-training is worth on lip-words. Pre-trains on all training clips, without labels, then
# trains from that and from scratch, with one budget and three seeds, on all labels and on a tenth of them; each is evaluated
# on the speakers that none has seen. DATA holds manifest.csv, of the columns path,label,group,split. The figures end in
# OUT/results.csv; runs that are done are not done again, others go on. SHARE=0.1 tries all of it in a tenth of the epochs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
data=$(realpath "$1")
mkdir -p "$2"
cd "$2"
kinetorch() { node "$root/dist/cli/main.js" "$@"; }
# run FOLDER COMMAND…: a run that is done stays, one that was begun goes on.
run() {
  local folder=$1
  shift
  if [ -e "$folder/last.pt" ]; then return; fi
  if [ -e "$folder/config.json" ]; then kinetorch "$1" --resume "$folder"; else kinetorch "$@" -o "$folder"; fi
}
epochs() { awk -v n="$1" -v share="${SHARE:-1}" 'BEGIN { e = int(n * share); print e < 1 ? 1 : e }'; }

# Training and validation speakers train; of a tenth each speaker says each word once.
sed -e 's/,val,/,train,/' -e "s|^clips|$data/clips|" "$data/manifest.csv" > all.csv
awk -F, 'NR == 1 || $4 == "test" || $1 ~ /_05\.mp4$/' all.csv > tenth.csv

input=(--frames 12 --height 40 --width 56 --resize 46x64 --frame-rate 15 --sampling segment)
common=(--batch-size 16 --ema 0.99 --crop-area 0.5,1 --crop-aspect 0.833,1.2 --brightness 0.4 --contrast 0.4
  --precision bfloat16 --threads 1)

run pre pretrain all.csv -a r2plus1d_16 "${input[@]}" "${common[@]}" --epochs "$(epochs 100)" --lr 0.001 \
  --validation-share 0.1

echo labels,start,seed,top1 > results.csv
for labels in all tenth; do
  # As many steps for a tenth of the clips as make a figure: 840 of 2,250.
  budget=(--epochs "$(epochs $([ $labels = all ] && echo 30 || echo 120))" --lr 0.002 --validation-share 0)
  for seed in 1 2 3; do
    for start in scratch pretrained; do
      folder=$labels-$start-$seed
      from=(-a r2plus1d_16 "${input[@]}")
      [ $start = pretrained ] && from=(--from pre/last.pt)
      run "$folder" train $labels.csv "${from[@]}" "${common[@]}" "${budget[@]}" --seed $seed
      top1=$(kinetorch evaluate --model "$folder/last.pt" $labels.csv --split test --clips 10 --threads 1 --json |
        node -e 'process.stdout.write(String(JSON.parse(require("fs").readFileSync(0, "utf8")).metrics.video.top1))')
      echo "$labels,$start,$seed,$top1" | tee -a results.csv
    done
  done
done

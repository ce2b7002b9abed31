"""scikit-learn's Isolation Forest on rows from standard input: the other side of scripts/bench-detect.ts.

Input: one JSON line {train: rows, test: rows, columns, seeds}, then the doubles of both, little-endian.
Output: one JSON line a seed, {fit, score}: CPU seconds; then as many doubles as test rows, the scores.
"""

import json
import sys
import time

import numpy
from sklearn.ensemble import IsolationForest

head = json.loads(sys.stdin.buffer.readline())
columns = head["columns"]


def read(rows):
    return numpy.frombuffer(sys.stdin.buffer.read(rows * columns * 8)).reshape(rows, columns)


train = read(head["train"])
test = read(head["test"]) if head["test"] > 0 else train
for seed in range(1, head["seeds"] + 1):
    start = time.process_time()
    forest = IsolationForest(n_estimators=100, max_samples=min(256, len(train)), random_state=seed).fit(train)
    fitted = time.process_time()
    scores = -forest.score_samples(test)
    done = time.process_time()
    line = json.dumps({"fit": fitted - start, "score": done - fitted})
    sys.stdout.buffer.write(line.encode() + b"\n" + scores.astype("<f8").tobytes())
    sys.stdout.flush()

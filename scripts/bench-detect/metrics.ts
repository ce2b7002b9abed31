// Quality of scores, given the labels.

/** Area under the ROC curve; equal scores count half (Mann and Whitney's U). */
export function areaUnderCurve(scores: Float64Array, labels: Uint8Array): number {
  const order = ascending(scores);
  let rankSum = 0;
  let anomalies = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && scores[order[end]!] === scores[order[i]!]) end++;
    for (let k = i; k < end; k++) {
      if (labels[order[k]!] !== 1) continue;
      rankSum += (i + end + 1) / 2;
      anomalies++;
    }
    i = end;
  }
  const normals = labels.length - anomalies;
  return (rankSum - (anomalies * (anomalies + 1)) / 2) / (anomalies * normals);
}

/** Detection rate at a false-positive rate of `falseShare`. */
export function truePositivesAt(falseShare: number, scores: Float64Array, labels: Uint8Array): number {
  const normal = scores.filter((_, i) => labels[i] !== 1).sort();
  const limit = normal[Math.min(normal.length - 1, Math.ceil(normal.length * (1 - falseShare)))]!;
  const anomalous = scores.filter((_, i) => labels[i] === 1);
  return anomalous.reduce((count, score) => count + +(score > limit), 0) / anomalous.length;
}

function ascending(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

// Reads {"samples": [...], "hdr": base64, "log": text} and tells as JSON what other histograms make of it: Node's own
// of the samples, and HdrHistogram's library for JavaScript of our encoding and our log.
'use strict';
const { createHistogram } = require('perf_hooks');
const hdr = require(process.argv[2] + '/hdr-histogram-js');

const percents = [1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));

const node = createHistogram({ lowest: 1, highest: 2 ** 50, figures: 3 });
for (const sample of input.samples) node.record(sample);
const own = { count: node.count, min: node.min, max: node.max, mean: node.mean, stddev: node.stddev };
for (const percent of percents) own[percent] = node.percentile(percent);

const decoded = hdr.decodeFromCompressedBase64(input.hdr);
const theirs = { count: decoded.totalCount, min: decoded.minNonZeroValue, max: decoded.maxValue };
for (const percent of percents) theirs[percent] = decoded.getValueAtPercentile(percent);

const reader = new hdr.HistogramLogReader(input.log);
const lines = [];
for (let line = reader.nextIntervalHistogram(); line; line = reader.nextIntervalHistogram()) {
  lines.push({ tag: line.tag, count: line.totalCount, max: line.maxValue, start: line.startTimeStampMsec });
}
process.stdout.write(JSON.stringify({ node: own, hdr: theirs, log: lines }));

// Exact search with usearch: see program.go for what is said and read.
// Arguments: f32 or i8, the number of rows, their dimension.
const fs = require("fs");
const { exactSearch, MetricKind } = require("usearch");
const [kind, count, dimension] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
console.log("here");

function read(into) {
  const bytes = new Uint8Array(into.buffer);
  for (let at = 0; at < bytes.length; ) {
    const got = fs.readSync(0, bytes, at, bytes.length - at);
    if (got === 0) process.exit(0);
    at += got;
  }
}

const Numbers = kind === "i8" ? Int8Array : Float32Array;

// put writes a template to rows; in 8 bits it fills the range with coordinates
// up to a quarter, which templates rarely exceed.
function put(rows, at, template) {
  if (kind === "f32") return rows.set(template, at);
  for (let i = 0; i < dimension; i++) rows[at + i] = Math.max(-127, Math.min(127, Math.round(template[i] * 508)));
}

const rows = new Numbers(count * dimension);
const template = new Float32Array(dimension);
for (let i = 0; i < count; i++) {
  read(template);
  put(rows, i * dimension, template);
}
console.log("ready");

const probe = new Numbers(dimension);
for (;;) {
  read(template);
  put(probe, 0, template);
  const start = process.hrtime.bigint();
  const found = exactSearch(rows, probe, dimension, 2, MetricKind.IP, 1);
  const took = Number(process.hrtime.bigint() - start) / 1000;
  console.log(`${took} ${found.keys[0]}`);
}

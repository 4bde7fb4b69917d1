/** Kernels in AssemblyScript, plain computation each: `run(kernel, size)` gives a checksum. */
export const kernelNames = ['nbody', 'sha256', 'mandelbrot', 'sieve', 'matrix', 'sort'] as const;

export type KernelName = (typeof kernelNames)[number];

/** Sizes that take about 50-200 ms each. */
export const kernelSizes: Record<KernelName, number> = { nbody: 300_000, sha256: 60_000, mandelbrot: 260, sieve: 12_000_000, matrix: 240, sort: 700_000 };

export const kernelSource = `
class Body { constructor(public x: f64, public y: f64, public z: f64, public vx: f64, public vy: f64, public vz: f64, public mass: f64) {} }
function nbody(steps: i32): f64 {
  const b: Body[] = [
    new Body(0, 0, 0, 0, 0, 0, 39.47841760435743),
    new Body(4.84143144246472, -1.16032004402742839, -0.103622044471123109, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.037693674870389486),
    new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767),
    new Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597112),
    new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.979090732243898, 0.5946989986476762, -0.034755955504078104, 0.0020336868699246304)];
  for (let s = 0; s < steps; s++) {
    for (let i = 0; i < 5; i++) {
      const p = unchecked(b[i]);
      for (let j = i + 1; j < 5; j++) {
        const q = unchecked(b[j]);
        const dx = p.x - q.x, dy = p.y - q.y, dz = p.z - q.z;
        const d2 = dx * dx + dy * dy + dz * dz, mag = 0.001 / (d2 * Math.sqrt(d2));
        p.vx -= dx * q.mass * mag; p.vy -= dy * q.mass * mag; p.vz -= dz * q.mass * mag;
        q.vx += dx * p.mass * mag; q.vy += dy * p.mass * mag; q.vz += dz * p.mass * mag;
      }
    }
    for (let i = 0; i < 5; i++) { const p = unchecked(b[i]); p.x += 0.001 * p.vx; p.y += 0.001 * p.vy; p.z += 0.001 * p.vz; }
  }
  return b[0].x + b[1].y + b[2].z;
}
const K: u32[] = [0x428a2f98,0x71374491,0xb5c0fbcf,0xe9b5dba5,0x3956c25b,0x59f111f1,0x923f82a4,0xab1c5ed5,0xd807aa98,0x12835b01,0x243185be,0x550c7dc3,0x72be5d74,0x80deb1fe,0x9bdc06a7,0xc19bf174,0xe49b69c1,0xefbe4786,0x0fc19dc6,0x240ca1cc,0x2de92c6f,0x4a7484aa,0x5cb0a9dc,0x76f988da,0x983e5152,0xa831c66d,0xb00327c8,0xbf597fc7,0xc6e00bf3,0xd5a79147,0x06ca6351,0x14292967,0x27b70a85,0x2e1b2138,0x4d2c6dfc,0x53380d13,0x650a7354,0x766a0abb,0x81c2c92e,0x92722c85,0xa2bfe8a1,0xa81a664b,0xc24b8b70,0xc76c51a3,0xd192e819,0xd6990624,0xf40e3585,0x106aa070,0x19a4c116,0x1e376c08,0x2748774c,0x34b0bcb5,0x391c0cb3,0x4ed8aa4a,0x5b9cca4f,0x682e6ff3,0x748f82ee,0x78a5636f,0x84c87814,0x8cc70208,0x90befffa,0xa4506ceb,0xbef9a3f7,0xc67178f2];
function sha256(blocks: i32): f64 {
  const w = new StaticArray<u32>(64);
  let h0: u32 = 0x6a09e667, h1: u32 = 0xbb67ae85, h2: u32 = 0x3c6ef372, h3: u32 = 0xa54ff53a, h4: u32 = 0x510e527f, h5: u32 = 0x9b05688c, h6: u32 = 0x1f83d9ab, h7: u32 = 0x5be0cd19;
  for (let n = 0; n < blocks; n++) {
    for (let i = 0; i < 16; i++) unchecked(w[i] = n * 16 + i);
    for (let i = 16; i < 64; i++) {
      const a = unchecked(w[i - 15]), b = unchecked(w[i - 2]);
      unchecked(w[i] = w[i - 16] + (rotr(a, 7) ^ rotr(a, 18) ^ (a >> 3)) + w[i - 7] + (rotr(b, 17) ^ rotr(b, 19) ^ (b >> 10)));
    }
    let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
    for (let i = 0; i < 64; i++) {
      const t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + unchecked(K[i]) + unchecked(w[i]);
      const t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
    }
    h0 += a; h1 += b; h2 += c; h3 += d; h4 += e; h5 += f; h6 += g; h7 += h;
  }
  return <f64>(h0 ^ h1 ^ h2 ^ h3 ^ h4 ^ h5 ^ h6 ^ h7);
}
function mandelbrot(size: i32): f64 {
  let total = 0;
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
    const cr = 3.0 * x / size - 2.0, ci = 2.0 * y / size - 1.0;
    let zr = 0.0, zi = 0.0, n = 0;
    while (n < 200 && zr * zr + zi * zi < 4.0) { const t = zr * zr - zi * zi + cr; zi = 2.0 * zr * zi + ci; zr = t; n++; }
    total += n;
  }
  return total;
}
function sieve(limit: i32): f64 {
  const composite = new Uint8Array(limit + 1);
  let count = 0;
  for (let i = 2; i <= limit; i++) {
    if (unchecked(composite[i])) continue;
    count++;
    for (let j = <i64>i * i; j <= limit; j += i) unchecked(composite[<i32>j] = 1);
  }
  return count;
}
function matrix(n: i32): f64 {
  const a = new Float64Array(n * n), b = new Float64Array(n * n), c = new Float64Array(n * n);
  for (let i = 0; i < n * n; i++) { unchecked(a[i] = i % 7); unchecked(b[i] = i % 5); }
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
    let sum = 0.0;
    for (let k = 0; k < n; k++) sum += unchecked(a[i * n + k]) * unchecked(b[k * n + j]);
    unchecked(c[i * n + j] = sum);
  }
  let trace = 0.0;
  for (let i = 0; i < n; i++) trace += c[i * n + i];
  return trace;
}
function quicksort(at: Int32Array, low: i32, high: i32): void {
  if (low >= high) return;
  const pivot = unchecked(at[(low + high) >> 1]);
  let i = low, j = high;
  while (i <= j) {
    while (unchecked(at[i]) < pivot) i++;
    while (unchecked(at[j]) > pivot) j--;
    if (i <= j) { const t = unchecked(at[i]); unchecked(at[i] = at[j]); unchecked(at[j] = t); i++; j--; }
  }
  quicksort(at, low, j);
  quicksort(at, i, high);
}
function sort(n: i32): f64 {
  const list = new Int32Array(n);
  let x: u32 = 12345;
  for (let i = 0; i < n; i++) { x = x * 1664525 + 1013904223; unchecked(list[i] = <i32>(x >> 1)); }
  quicksort(list, 0, n - 1);
  let sum = 0.0;
  for (let i = 0; i < n; i += 97) sum += list[i] * (i % 3);
  return sum;
}
export function run(kernel: i32, size: i32): f64 {
  if (kernel == 0) return nbody(size);
  if (kernel == 1) return sha256(size);
  if (kernel == 2) return mandelbrot(size);
  if (kernel == 3) return sieve(size);
  if (kernel == 4) return matrix(size);
  return sort(size);
}
`;

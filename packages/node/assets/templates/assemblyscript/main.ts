// How often each word comes in the unit's input.
import { Counter } from './lib/counter.ts';
import { args, fail, Input, log, print } from './lib/wasi.ts';

const MAX_WORD_BYTES: usize = 64;
const BLOCK_BYTES: usize = 64 * 1024;

const block = heap.alloc(BLOCK_BYTES);
const word = heap.alloc(MAX_WORD_BYTES);
let wordBytes: usize = 0;
const counter = new Counter();

function countWords(path: string): void {
  const input = new Input(path);
  for (let bytes = input.read(block, BLOCK_BYTES); bytes > 0; bytes = input.read(block, BLOCK_BYTES)) {
    for (let at = block; at < block + bytes; at++) addByte(load<u8>(at));
  }
  endWord();
  input.close();
}

function addByte(byte: u8): void {
  const lower = byte | 0x20;
  if (lower < 0x61 || lower > 0x7a) endWord();
  else if (wordBytes < MAX_WORD_BYTES) store<u8>(word + wordBytes++, lower);
}

function endWord(): void {
  if (wordBytes > 0) counter.add(word, wordBytes);
  wordBytes = 0;
}

const files = args();
if (files.length == 0) fail('usage: main INPUT');
countWords(files[0]);
log('shoal:progress 1 counted');
const words = counter.entries;
words.sort((a, b) => a.compare(b));
for (let i = 0; i < words.length; i++) print(`${words[i].text},${words[i].count}\n`);

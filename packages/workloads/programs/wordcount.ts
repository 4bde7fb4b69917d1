// Counts words. Each argument is a text file.
//
// Prints the twenty most frequent words as `word,count`; the file /out/words.csv has all of them, sorted by word.
// A word is a run of letters, in lower case as far as they are ASCII; of a very long one the first 64 bytes count.
import { Counted, Counter } from './lib/counter.ts';
import { args, fail, Input, Output, print } from './lib/wasi.ts';

const TOP = 20;
const MAX_WORD_BYTES: usize = 64;
const BLOCK_BYTES: usize = 64 * 1024;

const block = heap.alloc(BLOCK_BYTES);
const word = heap.alloc(MAX_WORD_BYTES);
let wordBytes: usize = 0;
const counter = new Counter();

function addFile(path: string): void {
  const input = new Input(path);
  for (let bytes = input.read(block, BLOCK_BYTES); bytes > 0; bytes = input.read(block, BLOCK_BYTES)) {
    for (let at = block; at < block + bytes; at++) addByte(load<u8>(at));
  }
  endWord();
  input.close();
}

function addByte(byte: u8): void {
  const lower = byte | 0x20;
  if (byte >= 0x80 || (lower >= 0x61 && lower <= 0x7a)) {
    if (wordBytes < MAX_WORD_BYTES) store<u8>(word + wordBytes++, byte >= 0x80 ? byte : lower);
  } else {
    endWord();
  }
}

function endWord(): void {
  if (wordBytes > 0) counter.add(word, wordBytes);
  wordBytes = 0;
}

function writeAll(words: Counted[]): void {
  const file = new Output('/out/words.csv');
  file.print('word,count\n');
  for (let i = 0; i < words.length; i++) {
    file.write(words[i].bytes, words[i].length);
    file.print(`,${words[i].count}\n`);
  }
  file.close();
}

const files = args();
if (files.length == 0) fail('Usage: wordcount FILE...');
for (let i = 0; i < files.length; i++) addFile(files[i]);

const words = counter.entries;
words.sort((a, b) => a.compare(b));
writeAll(words);
words.sort((a, b) => (a.count != b.count ? (a.count < b.count ? 1 : -1) : a.compare(b)));
print('word,count\n');
for (let i = 0; i < min(words.length, TOP); i++) print(`${words[i].text},${words[i].count}\n`);

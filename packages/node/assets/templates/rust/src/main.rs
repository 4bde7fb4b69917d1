// How often each word comes in the unit's input.
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).expect("usage: program INPUT");
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for line in BufReader::new(std::fs::File::open(path)?).lines() {
        let line = line?.to_lowercase();
        for word in line.split(|letter: char| !letter.is_ascii_lowercase()).filter(|word| !word.is_empty()) {
            *counts.entry(word.to_string()).or_default() += 1;
        }
    }
    eprintln!("shoal:progress 1 counted");
    for (word, count) in &counts {
        println!("{word},{count}");
    }
    Ok(())
}

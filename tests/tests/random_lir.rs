//! Random LIR programs on every engine.
//!
//! `LIR_SEED=n` runs that program only, `LIR_SECONDS=n` goes on for so long
//! (default 3). A failure prints the seed and the program.

use std::sync::Arc;
use std::time::{Duration, Instant};
use taipan_jit::lir::reader::read_module;
use taipan_jit::lir::verify::verify;
use taipan_tests::engine::{LirCase, lir_engines};
use taipan_tests::generate::{Rng, arguments, module};

#[test]
fn engines_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let only = number("LIR_SEED");
    let limit = Duration::from_secs(number("LIR_SECONDS").unwrap_or(3));
    let engines = lir_engines();
    let start = Instant::now();
    let mut seed = only.unwrap_or(1);
    let mut ran = 0;
    while ran == 0 || only.is_none() && start.elapsed() < limit {
        let mut rng = Rng::new(seed);
        let m = module(&mut rng);
        if let Err(e) = verify(&m) {
            panic!("LIR_SEED={seed} does not verify: {e}");
        }
        let text = m.to_string();
        assert_eq!(read_module(&text).map(|m| m.to_string()).as_ref(), Ok(&text), "LIR_SEED={seed} does not round-trip");
        let m = Arc::new(m);
        let sig = m.funcs[0].signature();
        for call in 0..4 {
            let case = LirCase { module: m.clone(), args: arguments(&mut rng, &sig) };
            let mut expected: Option<String> = None;
            for e in &engines {
                let got = e.run(&case).unwrap_or_else(|why| format!("cannot run: {why}"));
                let wanted = expected.get_or_insert_with(|| got.clone());
                assert!(
                    *wanted == got,
                    "LIR_SEED={seed}, call {call} with {:?}\n{text}\n{}: {wanted}\n{}: {got}",
                    case.args,
                    engines[0].name(),
                    e.name()
                );
            }
        }
        ran += 1;
        seed += 1;
    }
    println!("{ran} programs");
}

//! Runs every golden script; see `taipan_tests::golden`.
//!
//! `GOLDEN=word` runs only those whose path contains the word.

use std::{
    env,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use taipan_tests::golden;

#[test]
fn scripts_print_what_they_should() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let bless = env::var_os("BLESS").is_some();
    let wanted = env::var("GOLDEN").unwrap_or_default();
    let scripts: Vec<_> = golden::scripts(&root)
        .into_iter()
        .filter(|path| path.to_string_lossy().contains(&wanted))
        .collect();
    assert!(!scripts.is_empty(), "no script below {} matches", root.display());

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(2, |n| n.get());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(reason) = golden::check(script, bless) {
                        let name = script.strip_prefix(&root).unwrap_or(script);
                        failures.lock().unwrap().push(format!("{}: {reason}", name.display()));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} of {} scripts failed:\n\n{}",
        failures.len(),
        scripts.len(),
        failures.join("\n\n")
    );
}

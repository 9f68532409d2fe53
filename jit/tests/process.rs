//! The compile thread and the process: exit in the middle of a compilation,
//! fork, waiting. Each case runs in a child process of its own, because it
//! ends or forks.
//!
//! Contract of the unsafe calls: code gets the slots its text declares; a forked
//! child does what its case is about and ends.

use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};
use taipan_jit::lir::reader::read_module;
use taipan_jit::llvm::Text;
use taipan_jit::unit::EntryCell;
use taipan_jit::{queue, tier};
use taipan_runtime::trap::Ctx;

const CASE: &str = "TAIPAN_PROCESS_TEST";

fn publish(name: &str) -> Arc<EntryCell> {
    let path = format!("{}/../tests/ir/kernels/{name}.lir", env!("CARGO_MANIFEST_DIR"));
    let module = Arc::new(read_module(&std::fs::read_to_string(path).unwrap()).unwrap());
    let cell = Arc::new(EntryCell::default());
    tier::publish(tier::reserve(), name, module, cell.clone());
    cell
}

/// sum_sqrt(10) through the optimised entry.
fn check(cell: &EntryCell) {
    let (n, mut r) = (10u64, 0u64);
    // SAFETY: one argument, one result.
    assert_eq!(unsafe { cell.uniform().unwrap()(Ctx::current(), &n, &mut r) }, 0);
    assert_eq!(f64::from_bits(r), (0..10).map(|i| f64::from(i).sqrt()).sum::<f64>());
}

fn wait_for(pid: libc::pid_t) {
    let mut status = 0;
    // SAFETY: waits for a child of this process.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "child status {status:#x}");
}

fn exit_while_compiling() {
    for _ in 0..20 {
        publish("stencil");
    }
    std::thread::sleep(Duration::from_millis(8));
    println!("flushed by hand");
    std::process::exit(7);
}

fn fork_while_compiling() {
    for _ in 0..5 {
        publish("stencil");
    }
    let cell = publish("sum_sqrt");
    std::thread::sleep(Duration::from_millis(5));
    // SAFETY: the child only does what this test is about, then ends.
    let pid = unsafe { libc::fork() };
    let again = publish("sum_sqrt");
    queue::wait_idle();
    check(&again);
    check(&cell);
    if pid == 0 {
        std::process::exit(0);
    }
    wait_for(pid);
}

/// Waits until the process has `n` threads: one that ended leaves the list a
/// moment later.
fn await_threads(n: usize) {
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let start = Instant::now();
    while threads() != n {
        assert!(start.elapsed() < Duration::from_secs(10), "{} threads instead of {n}", threads());
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn pause_and_resume() {
    let before = std::fs::read_dir("/proc/self/task").unwrap().count();
    let cells: Vec<_> = (0..5).map(|_| publish("stencil")).collect();
    queue::pause();
    let ready = |cells: &[Arc<EntryCell>]| cells.iter().filter(|c| !c.uniform.load(Ordering::Acquire).is_null()).count();
    assert!(ready(&cells) < 5);
    await_threads(before);
    queue::resume();
    await_threads(before + 1);
    queue::wait_idle();
    assert_eq!(ready(&cells), 5);
}

fn texts() {
    let module = Arc::new(read_module("fn0 @twice(f64) -> f64 {\nbb0(v0: f64):\n  v1 = fadd.f64 v0, v0\n  ret v1\n}\n").unwrap());
    let unit = tier::publish(tier::reserve(), "twice", module, Arc::default());
    assert!(unit.text(Text::Lowered).unwrap().contains("fadd double"));
    assert!(unit.text(Text::Optimised).unwrap().contains("@twice("));
    let asm = unit.text(Text::Assembly).unwrap();
    assert!(asm.contains("vaddsd") || asm.contains("addsd"), "{asm}");
}

const CASES: &[(&str, fn(), i32)] = &[
    ("exit_while_compiling", exit_while_compiling, 7),
    ("fork_while_compiling", fork_while_compiling, 0),
    ("pause_and_resume", pause_and_resume, 0),
    ("texts", texts, 0),
];

#[test]
fn cases() {
    if let Ok(name) = std::env::var(CASE) {
        let case = CASES.iter().find(|c| c.0 == name).unwrap();
        (case.1)();
        return;
    }
    for (name, _, code) in CASES {
        for _ in 0..3 {
            let start = Instant::now();
            let out = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "cases", "--nocapture"])
                .env(CASE, name)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
            assert_eq!(out.status.code(), Some(*code), "{name}: {text}");
            assert!(start.elapsed() < Duration::from_secs(20), "{name} took {:?}", start.elapsed());
            if *code == 7 {
                assert!(text.contains("flushed by hand"), "{text}");
            }
        }
    }
}

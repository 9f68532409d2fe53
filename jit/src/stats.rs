//! What was compiled, in which tier, at what cost: `--jit-stats`.

use crate::llvm::Code;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// One piece of machine code of a unit.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// `baseline`, `llvm`, `osr f.l`.
    pub tier: String,
    /// Phases in order with their time.
    pub phases: Vec<(&'static str, Duration)>,
    pub code_bytes: u64,
    /// From the publication of the unit (its baseline code can run) until this
    /// code could be entered: waiting, compiling and linking. `None` for
    /// baseline code.
    pub ready: Option<Duration>,
}

/// What is known of a unit.
#[derive(Clone, Debug, Default)]
pub struct UnitStats {
    pub name: String,
    /// When baseline code could run.
    pub published: Option<Instant>,
    pub compiled: Vec<Compiled>,
    /// Why LLVM gave no code.
    pub failures: Vec<String>,
    /// Calls that went over to optimised code in the middle of a loop.
    pub entered: u64,
    /// Side exits by reason.
    pub exits: BTreeMap<String, u64>,
}

static TABLE: Mutex<BTreeMap<u64, UnitStats>> = Mutex::new(BTreeMap::new());

fn table() -> MutexGuard<'static, BTreeMap<u64, UnitStats>> {
    TABLE.lock().unwrap_or_else(|e| e.into_inner())
}

/// Names a unit.
pub fn unit(id: u64, name: &str) {
    let mut table = table();
    let unit = table.entry(id).or_default();
    unit.name = name.to_owned();
    unit.published = Some(Instant::now());
}

/// Baseline code was made in `time`.
pub fn baseline(id: u64, time: Duration, code_bytes: u64) {
    let c = Compiled { tier: "baseline".into(), phases: vec![("baseline", time)], code_bytes, ready: None };
    table().entry(id).or_default().compiled.push(c);
}

/// LLVM code was made; the perf map learns its functions.
pub fn llvm(id: u64, tier: &str, code: &Code) {
    let code_bytes = code.functions.iter().map(|f| f.2).sum();
    let phases = code.phases.each().to_vec();
    for (name, time) in &phases {
        crate::timing::add_named(name, *time);
    }
    crate::perfmap::add_llvm(&code.functions);
    let mut table = table();
    let unit = table.entry(id).or_default();
    let ready = unit.published.map(|p| p.elapsed());
    unit.compiled.push(Compiled { tier: tier.to_owned(), phases, code_bytes, ready });
}

/// LLVM gave no code.
pub fn failed(id: u64, reason: &str) {
    table().entry(id).or_default().failures.push(reason.to_owned());
}

/// A running call went over to optimised code.
pub fn entered(id: u64) {
    table().entry(id).or_default().entered += 1;
}

/// Compiled code was left through a side exit.
pub fn side_exit(id: u64, reason: &str) {
    *table().entry(id).or_default().exits.entry(reason.to_owned()).or_default() += 1;
}

/// Everything so far, by unit number.
pub fn snapshot() -> Vec<(u64, UnitStats)> {
    table().iter().map(|(id, u)| (*id, u.clone())).collect()
}

/// The report for people: a line a piece of code, then the passes. `ready` is
/// the time in ms from baseline code to this code, waiting included.
pub fn report() -> String {
    let mut out = String::from("unit  name                     tier        ms      bytes   ready  notes\n");
    let units = snapshot();
    for (id, u) in &units {
        for c in &u.compiled {
            let total: Duration = c.phases.iter().map(|p| p.1).sum();
            let notes = if c.phases.len() > 1 {
                c.phases.iter().map(|(n, d)| format!("{} {:.2}", n.rsplit('.').next().unwrap_or(n), d.as_secs_f64() * 1e3)).collect::<Vec<_>>().join(", ")
            } else {
                String::new()
            };
            let ready = c.ready.map_or(String::new(), |r| format!("{:.1}", r.as_secs_f64() * 1e3));
            let _ = writeln!(
                out,
                "{id:<5} {:<24} {:<9} {:>7.3} {:>9} {ready:>7}  {notes}",
                u.name,
                c.tier,
                total.as_secs_f64() * 1e3,
                c.code_bytes
            );
        }
        for f in &u.failures {
            let _ = writeln!(out, "{id:<5} {:<24} {:<9} {f}", u.name, "not llvm");
        }
        if u.entered > 0 {
            let _ = writeln!(out, "{id:<5} {:<24} entered in the middle of a loop {} times", u.name, u.entered);
        }
        for (reason, n) in &u.exits {
            let _ = writeln!(out, "{id:<5} {:<24} side exit {n} x {reason}", u.name);
        }
    }
    if let Some(why) = crate::queue::broken() {
        let _ = writeln!(out, "optimising tier off: {why}");
    }
    out.push_str(&crate::timing::report());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_names_units_tiers_and_exits() {
        let id = u64::MAX;
        unit(id, "kernel");
        baseline(id, Duration::from_micros(250), 321);
        side_exit(id, "overflow");
        side_exit(id, "overflow");
        let r = report();
        assert!(r.lines().any(|l| l.contains("kernel") && l.contains("baseline") && l.contains("0.250") && l.contains("321")), "{r}");
        assert!(r.contains("side exit 2 x overflow"), "{r}");
    }
}

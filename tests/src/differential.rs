//! Running one Python program under several engines that must agree.
//!
//! The engines differ in who executes jitted functions: the interpreter, the
//! LIR interpreter, baseline code, LLVM code, the tiers as users get them, and
//! CPython with Numba where `TAIPAN_ORACLE` names such a Python.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::binary::{self, Output};

/// Something that runs Python programs.
pub trait PythonEngine {
    /// Its name in messages and in `# engines:` lines.
    fn name(&self) -> &'static str;
    /// The command that runs a script, or `None` if it is not there.
    fn command(&self) -> Option<Command>;
    /// Is its output to be compared? An engine may legitimately differ in
    /// programs that name the engines they are about.
    fn takes_part(&self, source: &str) -> bool {
        match source.lines().find_map(|l| l.strip_prefix("# engines:")) {
            Some(list) => list.split_whitespace().any(|n| n == self.name()),
            None => true,
        }
    }
}

/// Taipan with given variables in its environment.
struct Taipan {
    name: &'static str,
    variables: &'static [(&'static str, &'static str)],
}

impl PythonEngine for Taipan {
    fn name(&self) -> &'static str {
        self.name
    }
    fn command(&self) -> Option<Command> {
        let mut c = Command::new(binary::path());
        c.env_remove("PYTHONPATH").envs(self.variables.iter().copied());
        Some(c)
    }
}

/// CPython with Numba.
struct Oracle;

impl PythonEngine for Oracle {
    fn name(&self) -> &'static str {
        "numba"
    }
    fn command(&self) -> Option<Command> {
        std::env::var_os("TAIPAN_ORACLE").map(Command::new)
    }
}

/// Every engine; the first one is the reference.
pub fn engines() -> Vec<Box<dyn PythonEngine>> {
    let taipan = |name, variables| -> Box<dyn PythonEngine> { Box::new(Taipan { name, variables }) };
    vec![
        taipan("interpreter", &[("TAIPAN_JIT", "off"), ("NUMBA_DISABLE_JIT", "1")]),
        taipan("lir", &[("TAIPAN_JIT", "lir")]),
        taipan("baseline", &[("TAIPAN_JIT", "baseline")]),
        taipan("llvm", &[("TAIPAN_JIT", "full"), ("TAIPAN_JIT_SYNC", "1")]),
        taipan("full", &[("TAIPAN_JIT", "full")]),
        Box::new(Oracle),
    ]
}

/// What an engine makes of a script; `None` if it is not there.
pub fn run(engine: &dyn PythonEngine, script: &Path) -> Option<Output> {
    let mut c = engine.command()?;
    c.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Some(binary::finish(c, "", Duration::from_secs(120)))
}

/// Compares all engines on one script: a line for each that disagrees.
pub fn disagreements(script: &Path) -> Vec<String> {
    let source = std::fs::read_to_string(script).expect("the script can be read");
    let mut reference: Option<(&'static str, Output)> = None;
    let mut out = Vec::new();
    for engine in engines().iter().filter(|e| e.takes_part(&source)) {
        let Some(got) = run(&**engine, script) else { continue };
        let name = engine.name();
        if got.status != 0 || got.timed_out {
            out.push(format!("{}: {name} ended with status {}\n{}", script.display(), got.status, got.stderr));
            continue;
        }
        match &reference {
            None => reference = Some((name, got)),
            Some((first, want)) if want.stdout != got.stdout => {
                let line = want.stdout.lines().zip(got.stdout.lines()).position(|(a, b)| a != b);
                let n = line.unwrap_or_else(|| want.stdout.lines().count().min(got.stdout.lines().count()));
                let at = |o: &Output| o.stdout.lines().nth(n).unwrap_or("<end>").to_owned();
                out.push(format!(
                    "{}: line {}:\n  {first}: {}\n  {name}: {}",
                    script.display(),
                    n + 1,
                    at(want),
                    at(&got)
                ));
            }
            Some(_) => {}
        }
    }
    out
}

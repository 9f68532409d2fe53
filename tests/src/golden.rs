//! Golden scripts: a Python program and, beside it, what it must print.
//!
//! `name.py` is run by the real binary; its standard output must equal
//! `name.out`. Comment lines of the script say what differs from that:
//!
//! | line | meaning |
//! |---|---|
//! | `# flags: -X jit=off` | words before the script's name |
//! | `# args: a b` | words after it |
//! | `# stdin: text` | one line of standard input (may repeat) |
//! | `# exit: 1` | expected exit status (default 0) |
//! | `# stderr: text` | standard error must contain this (may repeat); without such a line it must be empty |
//! | `# stderr: *` | anything may be there |
//! | `# mask: regex` | replaced by `<masked>` in the output before comparing |
//! | `# limit: 5` | seconds it may take (default 60) |
//!
//! With `BLESS=1` in the environment the `.out` files are rewritten.

use std::{fs, path::Path, path::PathBuf, time::Duration};

use regex_lite::Regex;

use crate::binary;

/// What the comment lines of a script ask for.
#[derive(Debug)]
struct Directives {
    flags: Vec<String>,
    args: Vec<String>,
    stdin: String,
    exit: i32,
    stderr: Vec<String>,
    masks: Vec<Regex>,
    limit: Duration,
}

impl Directives {
    fn parse(source: &str) -> Result<Self, String> {
        let mut found = Self {
            flags: Vec::new(),
            args: Vec::new(),
            stdin: String::new(),
            exit: 0,
            stderr: Vec::new(),
            masks: Vec::new(),
            limit: Duration::from_secs(60),
        };
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for line in source.lines() {
            let Some((name, value)) = line.strip_prefix("# ").and_then(|l| l.split_once(": ")) else {
                continue;
            };
            match name {
                "flags" => found.flags.extend(words(value)),
                "args" => found.args.extend(words(value)),
                "stdin" => found.stdin += &format!("{value}\n"),
                "exit" => found.exit = value.trim().parse().map_err(|_| format!("# exit: {value}"))?,
                "stderr" => found.stderr.push(value.to_owned()),
                "mask" => found.masks.push(Regex::new(value).map_err(|e| e.to_string())?),
                "limit" => {
                    let seconds = value.trim().parse().map_err(|_| format!("# limit: {value}"))?;
                    found.limit = Duration::from_secs(seconds);
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// All scripts below `folder`, in order of their paths.
pub fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // What scripts import has an underscore in front.
            if entry.file_name().to_string_lossy().starts_with('_') {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|e| e == "py") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Runs one script. `bless` rewrites its expectation instead of comparing the
/// output with it. The error says what differs.
pub fn check(script: &Path, bless: bool) -> Result<(), String> {
    let source = fs::read_to_string(script).map_err(|e| e.to_string())?;
    let directives = Directives::parse(&source)?;
    let folder = script.parent().ok_or("no folder")?;
    let name = script.file_name().ok_or("no name")?.to_string_lossy().into_owned();
    let mut arguments = directives.flags.clone();
    arguments.push(name);
    arguments.extend(directives.args.clone());
    let output = binary::run(folder, &arguments, &directives.stdin, directives.limit);
    if output.timed_out {
        return Err(format!("took longer than {:?}", directives.limit));
    }
    if output.status != directives.exit {
        return Err(format!(
            "exit status {} instead of {}\n{}",
            output.status, directives.exit, output.stderr
        ));
    }
    if directives.stderr.is_empty() && !output.stderr.is_empty() {
        return Err(format!("unexpected standard error:\n{}", output.stderr));
    }
    for expected in &directives.stderr {
        if expected != "*" && !output.stderr.contains(expected.as_str()) {
            return Err(format!("standard error lacks {expected:?}:\n{}", output.stderr));
        }
    }
    let mut actual = output.stdout;
    for mask in &directives.masks {
        actual = mask.replace_all(&actual, "<masked>").into_owned();
    }
    let golden = script.with_extension("out");
    if bless {
        return fs::write(&golden, actual).map_err(|e| e.to_string());
    }
    let expected = fs::read_to_string(&golden)
        .map_err(|e| format!("{}: {e} (BLESS=1 makes it)", golden.display()))?;
    if actual == expected {
        return Ok(());
    }
    Err(first_difference(&expected, &actual))
}

fn first_difference(expected: &str, actual: &str) -> String {
    let (mut wanted, mut got) = (expected.lines(), actual.lines());
    let mut number = 1;
    loop {
        match (wanted.next(), got.next()) {
            (None, None) => return "differs in the end of the last line only".to_owned(),
            (a, b) if a == b => number += 1,
            (a, b) => {
                let show = |line: Option<&str>| line.map_or("(nothing)".to_owned(), |l| format!("{l:?}"));
                return format!("line {number}: expected {}\n{:>19}{}", show(a), "got ", show(b));
            }
        }
    }
}

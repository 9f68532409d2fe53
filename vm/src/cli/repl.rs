//! The prompt: read, compile, run, print.

use std::{
    env,
    io::{self, IsTerminal},
    path::PathBuf,
};

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStrRef},
    bytecode::CodeFlags,
    compiler::{CompileOpts, Mode},
    readline::{Readline, ReadlineResult},
    scope::Scope,
};

use super::title;
use crate::floor_division;

/// What became of the text typed so far.
enum Step {
    /// It ran, or there was nothing to run.
    Done,
    /// A block or a bracket is open: read on.
    Incomplete,
    /// It is wrong, or running it raised.
    Raised(PyBaseExceptionRef),
}

/// Reads and runs statements in `scope` until the end of input or `SystemExit`.
pub fn run(vm: &VirtualMachine, scope: Scope, banner: bool) -> PyResult<()> {
    vm.insert_sys_path(vm.new_pyobj(""))?;
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        if vm.sys_module.get_attr(name, vm).is_err() {
            vm.sys_module.set_attr(vm.ctx.intern_str(name), vm.new_pyobj(text), vm)?;
        }
    }
    if banner {
        eprintln!(
            "{} on {}\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.",
            title(),
            env::consts::OS
        );
    }
    let terminal = io::stdin().is_terminal();
    let mut editor = Readline::new(Completion::new(vm, &scope));
    let history = terminal.then(history_path).flatten();
    if let Some(path) = &history {
        // No history yet is no error.
        let _ = editor.load_history(path);
    }
    let outcome = read_loop(vm, &scope, &mut editor);
    if let Some(path) = &history {
        // A history that cannot be kept is no reason to fail.
        let _ = editor.save_history(path);
    }
    outcome
}

fn read_loop(
    vm: &VirtualMachine,
    scope: &Scope,
    editor: &mut Readline<Completion<'_>>,
) -> PyResult<()> {
    let mut text = String::new();
    let mut flags = CodeFlags::empty();
    loop {
        let prompt = prompt(vm, if text.is_empty() { "ps1" } else { "ps2" });
        let result = match editor.readline(&prompt) {
            ReadlineResult::Line(line) => {
                let _ = editor.add_history_entry(line.trim_end());
                // A blank line ends an open block.
                let ended = line.trim().is_empty();
                text.push_str(&line);
                text.push('\n');
                let step = run_text(vm, scope, &text, ended, &mut flags);
                if !matches!(step, Step::Incomplete) {
                    text.clear();
                }
                step
            }
            ReadlineResult::Interrupt => {
                text.clear();
                eprintln!("\nKeyboardInterrupt");
                Step::Done
            }
            ReadlineResult::Eof => {
                if !text.is_empty()
                    && let Step::Raised(exception) = run_text(vm, scope, &text, true, &mut flags)
                {
                    report(vm, exception)?;
                }
                eprintln!();
                return Ok(());
            }
            ReadlineResult::Io(error) => return Err(vm.new_os_error(error.to_string())),
            ReadlineResult::OsError(error) => return Err(vm.new_os_error(error)),
            ReadlineResult::Other(error) => return Err(vm.new_os_error(error.to_string())),
        };
        if let Step::Raised(exception) = result {
            report(vm, exception)?;
        }
        for name in ["stdout", "stderr"] {
            if let Ok(stream) = vm.sys_module.get_attr(name, vm) {
                let _ = vm.call_method(&stream, "flush", ());
            }
        }
    }
}

/// Prints an exception; `SystemExit` goes through.
fn report(vm: &VirtualMachine, exception: PyBaseExceptionRef) -> PyResult<()> {
    if exception.fast_isinstance(vm.ctx.exceptions.system_exit) {
        return Err(exception);
    }
    let _ = vm.sys_module.set_attr(vm.ctx.intern_str("last_exc"), exception.clone(), vm);
    vm.print_exception(&exception);
    Ok(())
}

/// Compiles and runs `text`, if it is whole. `ended`: no more of it will come.
fn run_text(
    vm: &VirtualMachine,
    scope: &Scope,
    text: &str,
    ended: bool,
    flags: &mut CodeFlags,
) -> Step {
    if text.trim().is_empty() {
        return Step::Done;
    }
    let options = CompileOpts { future_features: *flags, ..vm.compile_opts() };
    let fixed = floor_division::divided(text);
    match vm.compile_with_opts(fixed.as_deref().unwrap_or(text), Mode::Single, "<stdin>", options) {
        Ok(code) => {
            // `if 1:` + body compiles, yet more of the block may come.
            if !ended && in_block(text) {
                return Step::Incomplete;
            }
            *flags |= code.code.flags & CodeFlags::FUTURE_MASK;
            let _ = vm.register_code_in_linecache(&code, text);
            match vm.run_code_obj(code, scope.clone()) {
                Ok(_) => Step::Done,
                Err(exception) => Step::Raised(exception),
            }
        }
        Err(error) => {
            let bracket_or_string = {
                // An open bracket or triple quote goes on over blank lines; a
                // block does not.
                let exception = vm
                    .compile_with_opts(text, Mode::Single, "<stdin>", vm.compile_opts())
                    .err()
                    .map(|e| e.into_pyexception_maybe_incomplete(vm, Some(text), true));
                exception.is_some_and(|e| is_incomplete(vm, &e)) && (!ended || open_token(text))
            };
            if bracket_or_string {
                return Step::Incomplete;
            }
            let exception = error.into_pyexception(vm, Some(text));
            if !ended && misses_the_rest(vm, &exception, text) {
                return Step::Incomplete;
            }
            Step::Raised(exception)
        }
    }
}

fn is_incomplete(vm: &VirtualMachine, exception: &PyBaseExceptionRef) -> bool {
    exception.fast_isinstance(vm.ctx.exceptions.incomplete_input_error)
}

/// Whether the error is that a decorator or a `try` block, at the end of
/// `text`, has not got yet what belongs to it.
fn misses_the_rest(vm: &VirtualMachine, exception: &PyBaseExceptionRef, text: &str) -> bool {
    let last = text.trim_end().lines().last().unwrap_or_default();
    if last.trim_start().starts_with('@') {
        return true;
    }
    let attribute = |name: &str| exception.as_object().get_attr(vm.ctx.intern_str(name), vm).ok();
    let missing = attribute("msg").and_then(|m| m.str(vm).ok()).is_some_and(|m| m.to_string().contains("expected 'except' or 'finally' block"));
    let line = attribute("lineno").and_then(|n| n.try_to_value::<usize>(vm).ok()).unwrap_or(0);
    missing && in_block(text) && line >= text.trim_end().lines().count()
}

/// Whether the last statement is an indented block (or a decorated one).
fn in_block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    body.lines().count() > 1
        && body.lines().last().is_some_and(|l| l.starts_with([' ', '\t']))
        || body.trim_end().ends_with(':')
        || one_line_block(body)
}

/// `for x in y: z` on one line waits for a blank line, like any block.
fn one_line_block(body: &str) -> bool {
    const BLOCK_WORDS: &[&str] =
        &["if", "for", "while", "def", "class", "with", "try", "async", "match"];
    let word = body.split(|c: char| !c.is_alphanumeric() && c != '_').next();
    let after = |rest: &str| rest.trim_start().starts_with(['=', '(', ',', '.', '[', ':']);
    word.is_some_and(|w| BLOCK_WORDS.contains(&w) && !(w == "match" && after(&body[w.len()..])))
}

/// Whether a bracket or a triple-quoted string is open at the end of `text`.
fn open_token(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0i32, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => while at < bytes.len() && bytes[at] != b'\n' {
                at += 1;
            },
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            quote @ (b'\'' | b'"') => {
                let triple = bytes[at..].starts_with(&[quote; 3]);
                let mark: &[u8] = if triple { &[quote; 3] } else { &[quote] };
                at += mark.len();
                loop {
                    match bytes.get(at) {
                        None => return triple,
                        Some(b'\\') => at += 2,
                        Some(b'\n') if !triple => break,
                        Some(_) if bytes[at..].starts_with(mark) => {
                            at += mark.len() - 1;
                            break;
                        }
                        Some(_) => at += 1,
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    depth > 0
}

fn prompt(vm: &VirtualMachine, name: &'static str) -> String {
    vm.sys_module
        .get_attr(name, vm)
        .and_then(|prompt| prompt.str(vm))
        .map_or_else(|_| String::new(), |text| text.to_string())
}

/// Where lines typed are kept, as CPython keeps them.
fn history_path() -> Option<PathBuf> {
    match env::var_os("PYTHON_HISTORY").filter(|p| !p.is_empty()) {
        Some(path) => Some(path.into()),
        None => Some(PathBuf::from(env::var_os("HOME")?).join(".taipan_history")),
    }
}

/// Tab completion by the standard library's `rlcompleter`.
struct Completion<'vm> {
    vm: &'vm VirtualMachine,
    globals: PyObjectRef,
}

impl<'vm> Completion<'vm> {
    fn new(vm: &'vm VirtualMachine, scope: &Scope) -> Self {
        Self { vm, globals: scope.globals.clone().into() }
    }

    fn candidates(&self, word: &str) -> PyResult<Vec<String>> {
        let vm = self.vm;
        let class = vm.import("rlcompleter", 0)?.get_attr("Completer", vm)?;
        let completer = class.call((self.globals.clone(),), vm)?;
        let mut found = Vec::new();
        loop {
            let next = vm.call_method(&completer, "complete", (word.to_owned(), found.len()))?;
            match next.downcast::<rustpython_vm::builtins::PyStr>() {
                Ok(text) => found.push(PyStrRef::to_string(&text)),
                Err(_) => return Ok(found),
            }
        }
    }
}

impl rustyline::completion::Completer for Completion<'_> {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..position];
        let start = typed
            .rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '.')
            .map_or(0, |at| at + typed[at..].chars().next().map_or(1, char::len_utf8));
        if start == position {
            return Ok((position, vec!["    ".to_owned()]));
        }
        Ok((start, self.candidates(&typed[start..]).unwrap_or_default()))
    }
}

impl rustyline::hint::Hinter for Completion<'_> {
    type Hint = String;
}
impl rustyline::highlight::Highlighter for Completion<'_> {}
impl rustyline::validate::Validator for Completion<'_> {}
impl rustyline::Helper for Completion<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_brackets_and_strings_are_seen() {
        for (text, open) in [
            ("f(1,\n", true),
            ("x = [1, 2]\n", false),
            ("s = '''a\n", true),
            ("s = '''a'''\n", false),
            ("s = 'it(' # (\n", false),
            ("s = \"\\\"(\"\n", false),
        ] {
            assert_eq!(open_token(text), open, "{text:?}");
        }
    }

    #[test]
    fn blocks_wait_for_a_blank_line() {
        assert!(in_block("if x:\n    y\n"));
        assert!(in_block("for x in y: z\n"));
        assert!(in_block("@d\ndef f():\n  pass\n"));
        assert!(!in_block("x = 1\n"));
        assert!(!in_block("match = 3\n"));
    }
}

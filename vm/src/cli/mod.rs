//! The command line: parse, build the interpreter, run, leave.

mod finalize;
mod flags;
mod options;
mod panic;
mod program;
mod repl;
mod stack;

use std::io::Write;

use rustpython::InterpreterBuilder;
use rustpython_vm::version;

use crate::{floor_division, memory, modules, osr, out_of_memory, recursion, sizes, start, waits};
pub use finalize::leave;
use flags::UsageError;
use options::{Options, Program};

/// Exit status of wrong use.
const USAGE: u32 = 2;

/// Exit status where nothing can run.
const FAILURE: u32 = 1;

/// Runs the whole process.
pub fn main() -> ! {
    panic::install_hook();
    let mut words = std::env::args_os().map(|w| w.to_string_lossy().into_owned());
    let name = words.next().unwrap_or_else(|| "taipan".to_owned());
    // The interpreter takes only text for sys.argv.
    if let Some(n) = std::env::args_os().position(|w| w.to_str().is_none()) {
        eprintln!("{name}: argument {n} is not valid UTF-8");
        finalize::leave(USAGE);
    }
    let mut options = Options::default();
    if let Err(UsageError(message)) =
        flags::parse(words, &mut options).and_then(|()| options.add_environment())
    {
        eprintln!("{message}\n{}\nTry `{name} -h' for more information.", flags::usage(&name));
        finalize::leave(USAGE);
    }
    if options.program == Program::Help {
        print(&flags::help(&name));
    }
    if options.version > 0 {
        print(&version_text(options.version > 1));
    }
    // What the interpreter's streams are made of must not be one.
    if std::fs::metadata("/proc/self/fd/0").is_ok_and(|stdin| stdin.is_dir()) {
        eprintln!("{name}: <stdin> is a directory, cannot continue");
        finalize::leave(FAILURE);
    }
    stack::grow();
    memory::limit_to_machine();
    taipan_jit::options::set(options.jit.clone());
    let builder = InterpreterBuilder::new().settings(options.settings.clone());
    let (builder, signals) = osr::prepare(start::begin(modules::register(builder)));
    let interpreter = builder.interpreter();
    out_of_memory::install();
    let outcome = interpreter.enter(|vm| {
        start::late::finish_start(vm)?;
        recursion::prepare(vm);
        waits::install(vm)?;
        sizes::install(vm)?;
        floor_division::install(vm)?;
        start::finish(vm);
        osr::start(vm, signals);
        program::run(vm, &options)
    });
    finalize::finish(interpreter, outcome.err())
}

/// Prints an answer that needs no interpreter, and leaves.
fn print(text: &str) -> ! {
    let written = std::io::stdout().write_all(text.as_bytes());
    finalize::leave(u32::from(written.is_err()))
}

/// What `-V` and the banner of the prompt call this program.
fn title() -> String {
    format!(
        "Taipan {} (Python {}.{}.{})",
        env!("CARGO_PKG_VERSION"),
        version::MAJOR,
        version::MINOR,
        version::MICRO
    )
}

fn version_text(long: bool) -> String {
    let mut text = title() + "\n";
    if long {
        text += &format!(
            "on RustPython {}.{}.{}, {} {}\n",
            version::MAJOR_IMPL,
            version::MINOR_IMPL,
            version::MICRO_IMPL,
            std::env::consts::OS,
            std::env::consts::ARCH
        );
    }
    text
}

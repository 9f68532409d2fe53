//! Ordinary code made fast: hot loops of unmarked Python, continued in
//! compiled code in the middle of their run.
//!
//! 1. `sampler` asks the main thread where it is; a loop seen twice is *armed*.
//! 2. `arm` turns the loop's back edges into instrumented jumps, which the
//!    interpreter reports to us (as `sys.monitoring` does for tools).
//! 3. At the next back edge `entry` reads the variables from the frame
//!    (`frame_access`), has the loop compiled for their kinds, and runs it.
//! 4. However compiled code leaves, its exit record says what to write back
//!    and at which instruction the interpreter goes on: exceptions, tracebacks
//!    and locals are the interpreter's own.
//!
//! Tools that watch the program (`settrace`, other users of `sys.monitoring`)
//! see it as it would run without us: nothing is entered while they look.

mod arm;
mod entry;
mod frame_access;
mod function;
mod library;
mod list;
mod loops;
mod module;
mod probe;
mod sampler;
mod values;
mod zip;

use rustpython::InterpreterBuilder;
use rustpython_vm::{
    VirtualMachine,
    signal::{UserSignalSender, user_signal_channel},
};
use taipan_jit::{
    dump,
    options::{self, TierMode},
    perfmap,
};

pub use loops::report;
pub(crate) use module::module_def;

/// The end of the channel that [`start`] needs.
pub struct Signals(UserSignalSender);

/// Gives the interpreter a channel for samples.
pub fn prepare(builder: InterpreterBuilder) -> (InterpreterBuilder, Signals) {
    let (sender, receiver) = user_signal_channel();
    let builder = builder.init_hook(move |vm: &mut VirtualMachine| vm.set_user_signal_channel(receiver));
    (builder, Signals(sender))
}

/// Starts looking for hot loops, unless `-X jit=off`. Call on the main thread.
pub fn start(vm: &VirtualMachine, signals: Signals) {
    // As CPython's: names of functions for `perf`.
    if vm.state.config.settings.xoptions.iter().any(|(name, _)| name == "perf") {
        perfmap::enable();
    }
    if options::get().tier != TierMode::Off {
        list::install();
        sampler::start(vm, signals.0);
    }
}

/// At the end of the program: no more samples; prints what `--dump` still
/// waits for.
pub fn stop(vm: &VirtualMachine) {
    sampler::stop();
    dump::finish(|| vm.check_signals().is_err());
}

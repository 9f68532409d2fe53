//! Arming: making the back edges of a hot loop call us.
//!
//! A back edge is rewritten in place to its instrumented form, which fires a
//! JUMP event of `sys.monitoring`. The registration is made in the tables
//! behind that module, not by its functions: those would make every code
//! object of the program be instrumented afresh.
//!
//! Contract of the unsafe calls: only the operation of a backward jump is
//! replaced, by another form of the same jump with the same length, through
//! the atomic accessor that the interpreter itself uses for specialisation.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
};

use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyInt},
    bytecode::{Instruction, Opcode},
    frame::{self, InterpreterFrame},
    function::FuncArgs,
};

use taipan_jit::options::{self, TierMode};

use super::{
    entry,
    frame_access::FrameView,
    loops::{self, CodeLoops, Loop, Stage},
    probe,
};

/// Our number among the tools of `sys.monitoring`: one that its documentation
/// gives to nobody.
const TOOL: usize = 4;
/// Number of the JUMP event.
const JUMP: usize = 7;
/// Samples inside a loop that make it hot at first.
const HOT: u32 = 2;
/// Most doublings of that after setbacks: about a second.
const MAX_DOUBLINGS: u32 = 9;
/// Frames of the call chain that a sample looks at.
const LEVELS: usize = 4;

/// Samples without an entry after which armed loops are let go.
const REST_AFTER: u32 = 64;

/// Samples without an entry after which they become fewer.
const CALM_AFTER: u32 = 256;

/// Loops armed now.
static ARMED: AtomicUsize = AtomicUsize::new(0);
/// Samples since a loop was entered.
static QUIET: AtomicU32 = AtomicU32::new(0);
/// The last pause of compiled code was its own doing: the sample that waited
/// meanwhile says nothing.
static SKIP: AtomicBool = AtomicBool::new(false);
static CALLBACK: OnceLock<PyObjectRef> = OnceLock::new();

/// Compiled code was left: the next sample is not to be counted.
pub fn left_compiled_code() {
    SKIP.store(true, Ordering::Relaxed);
    QUIET.store(0, Ordering::Relaxed);
}

/// Has nothing been worth compiling for a while?
pub fn is_calm() -> bool {
    QUIET.load(Ordering::Relaxed) >= CALM_AFTER
}

/// Called by the interpreter between two instructions: where is the program?
pub fn sample(vm: &VirtualMachine) {
    if SKIP.swap(false, Ordering::Relaxed) || vm.use_tracing.get() || probe::running() {
        return;
    }
    let quiet = QUIET.load(Ordering::Relaxed).saturating_add(1);
    QUIET.store(quiet, Ordering::Relaxed);
    if quiet > REST_AFTER && ARMED.load(Ordering::Relaxed) > 0 {
        rest(vm);
    }
    let mut frame: *const InterpreterFrame = frame::current_thread_iframe();
    for _ in 0..LEVELS {
        // SAFETY: frames of the running chain are alive.
        let Some(view) = (unsafe { frame.as_ref() }) else {
            return;
        };
        count(vm, view.code(), view.get_lasti().saturating_sub(1));
        frame = view.previous();
    }
}

/// Counts a sample at `offset` and arms the outermost loop that became hot.
fn count(vm: &VirtualMachine, code: &Py<PyCode>, offset: u32) {
    let Some(known) = known(vm, code) else {
        return;
    };
    let mut hot: Option<&Arc<Loop>> = None;
    for each in known.loops.iter().filter(|l| (l.info.header..l.info.end).contains(&offset)) {
        let mut state = each.state();
        state.samples = state.samples.saturating_add(1);
        let size = |l: &Loop| l.info.end - l.info.header;
        if state.stage == Stage::Cold && state.samples >= hot_after(state.setbacks) && hot.is_none_or(|h| size(each) > size(h)) {
            hot = Some(each);
        }
    }
    if let Some(each) = hot
        && !arm(vm, code, each)
    {
        let mut state = each.state();
        state.stage = Stage::Dead;
        state.reason = "the interpreter's frames or tools do not allow it".to_owned();
    }
}

/// Samples that make a loop hot.
fn hot_after(setbacks: u32) -> u32 {
    HOT << setbacks.min(MAX_DOUBLINGS)
}

/// Leaves a loop that does not pay to the interpreter for a while.
pub fn set_back(vm: &VirtualMachine, code: &Py<PyCode>, each: &Loop) {
    disarm(vm, code, each, Stage::Cold);
    let mut state = each.state();
    state.samples = 0;
    state.setbacks += 1;
}

/// Lets go of all armed loops, as nothing entered them for a while: the mask
/// that goes with them costs deep generators speed. What was compiled stays,
/// and one sample inside arms a loop again.
fn rest(vm: &VirtualMachine) {
    QUIET.store(0, Ordering::Relaxed);
    for code in loops::all() {
        for each in &code.loops {
            if each.armed_edges().is_some() {
                disarm(vm, &code.object, each, Stage::Cold);
                let mut state = each.state();
                state.samples = hot_after(state.setbacks) - 1;
            }
        }
    }
}

/// The loops of `code`, if it has any. Lets go of code that the program has
/// lost, when much has been seen.
fn known(vm: &VirtualMachine, code: &Py<PyCode>) -> Option<Arc<CodeLoops>> {
    let known = loops::of(code)?;
    if loops::crowded() {
        forget_orphans(vm);
    }
    Some(known)
}

fn forget_orphans(vm: &VirtualMachine) {
    let orphans = loops::orphans();
    for code in &orphans {
        for each in code.loops.iter().filter(|each| each.armed_edges().is_some()) {
            disarm(vm, &code.object, each, Stage::Dead);
        }
    }
    loops::forget(&orphans);
}

/// Arms all loops of `code` that are not armed yet; how many these are.
pub fn arm_all(vm: &VirtualMachine, code: &Py<PyCode>) -> usize {
    let Some(known) = known(vm, code) else {
        return 0;
    };
    let cold = known.loops.iter().filter(|each| each.state().stage == Stage::Cold);
    cold.filter(|each| arm(vm, code, each)).count()
}

/// Instruments the back edges of a loop. False if that is not possible here.
fn arm(vm: &VirtualMachine, code: &Py<PyCode>, each: &Loop) -> bool {
    if options::get().tier == TierMode::Off || probe::layout(vm).is_none() {
        return false;
    }
    {
        let mut monitoring = vm.state.monitoring.lock();
        if monitoring.tool_names[TOOL].is_some() {
            return false;
        }
        let callback = CALLBACK.get_or_init(|| vm.new_function("enter_compiled_loop", on_jump).into());
        monitoring.callbacks.insert((TOOL, JUMP), callback.clone());
        monitoring.local_events.insert((TOOL, code.as_object().get_id()), 1 << JUMP);
    }
    QUIET.store(0, Ordering::Relaxed);
    each.state().stage = Stage::Armed;
    ARMED.fetch_add(1, Ordering::Relaxed);
    vm.state.monitoring_events.fetch_or(1 << JUMP);
    for edge in &each.info.back_edges {
        // SAFETY: see the head of this file.
        unsafe {
            code.code.instructions.replace_op(*edge as usize, Opcode::InstrumentedJumpBackward.into());
        }
    }
    true
}

/// Takes back what [`arm`] did. With the last loop the mask goes.
pub fn disarm(vm: &VirtualMachine, code: &Py<PyCode>, each: &Loop, stage: Stage) {
    each.state().stage = stage;
    for edge in &each.info.back_edges {
        restore_jump(code, *edge);
    }
    let others_armed = loops::of(code).is_some_and(|code| code.loops.iter().any(|l| l.armed_edges().is_some()));
    let mut monitoring = vm.state.monitoring.lock();
    if !others_armed {
        monitoring.local_events.remove(&(TOOL, code.as_object().get_id()));
    }
    if ARMED.fetch_sub(1, Ordering::Relaxed) == 1 {
        let others = monitoring.global_events.iter().chain(monitoring.local_events.values());
        vm.state.monitoring_events.store(others.fold(0, |all, one| all | one));
    }
}

/// Puts the plain form of an instrumented jump back.
fn restore_jump(code: &Py<PyCode>, offset: u32) {
    let units = &code.code.instructions;
    let plain = match units.read_op(offset as usize).as_opcode() {
        Opcode::InstrumentedJumpBackward => Instruction::JumpBackwardNoJit,
        Opcode::InstrumentedJumpForward => Opcode::JumpForward.into(),
        _ => return,
    };
    // SAFETY: see the head of this file.
    unsafe { units.replace_op(offset as usize, plain) };
}

/// Does another tool (coverage, debugger, profiler) watch this code?
fn watched(vm: &VirtualMachine, code: &Py<PyCode>) -> bool {
    let monitoring = vm.state.monitoring.lock();
    let id = code.as_object().get_id();
    monitoring.global_events.iter().any(|events| *events != 0)
        || (0..monitoring.global_events.len())
            .any(|tool| tool != TOOL && monitoring.local_events.contains_key(&(tool, id)))
}

/// Is the code watched by another tool? `state` remembers the answer no for as
/// long as nothing about monitoring changes.
fn watched_now(vm: &VirtualMachine, code: &Py<PyCode>, each: &Loop) -> bool {
    let version = vm.state.instrumentation_version.load(Ordering::Acquire);
    if each.state().unwatched == Some(version) {
        return false;
    }
    let inlined = each.state().inlined.clone();
    let watched = watched(vm, code) || inlined.iter().any(|code| watched(vm, code));
    if !watched {
        each.state().unwatched = Some(version);
    }
    watched
}

/// The interpreter jumped: `(code, from, to)`, offsets in bytes.
fn on_jump(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let [code, from, to] = &args.args[..] else {
        return Ok(());
    };
    let offset = |object: &PyObjectRef| object.downcast_ref::<PyInt>().map(|i| i.as_u32_mask() / 2);
    let (Some(code), Some(from), Some(to)) = (code.downcast_ref::<PyCode>(), offset(from), offset(to))
    else {
        return Ok(());
    };
    let Some(layout) = probe::layout(vm) else {
        return Ok(());
    };
    let Some(each) = loops::at(code, to).filter(|each| each.armed_edges().is_some()) else {
        // When a tool comes or goes, the interpreter instruments every jump of
        // a code object with local events: undo what we did not ask for.
        if !watched(vm, code) {
            restore_jump(code, from);
        }
        return Ok(());
    };
    if vm.use_tracing.get() || watched_now(vm, code, &each) {
        return Ok(());
    }
    // SAFETY: called by an instruction of the frame; the layout is probed.
    let Some(view) = (unsafe { FrameView::current(layout) }) else {
        return Ok(());
    };
    if !std::ptr::eq(view.code(), code) || view.instruction() != to {
        return Ok(());
    }
    entry::enter(vm, code, &each, &view, &layout)
}

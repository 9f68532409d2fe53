//! Into a compiled loop and out of it again.
//!
//! `unsafe` room: the compiled loop is called with slots of the number and
//! kinds it was compiled for, and the frame is the one that is running
//! (`frame_access.rs` says what that allows).

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyDict, PyFunction, PyStrInterned},
};
use smallvec::{SmallVec, smallvec};
use taipan_jit::{
    hir::{ExitReason, Variable},
    ordinary::{EntryKind, ExitRecord, LoopRequest, Restore},
    pipeline::compile_loop,
};
use taipan_numpy::interop::ignores_underflow;
use taipan_runtime::trap::{Ctx, STATUS_EXIT};

use super::{
    arm,
    frame_access::{FrameView, Layout},
    function,
    library::{self, Member},
    loops::{Judged, Loop, Stage, Version},
    sampler::Running,
    values::{self, Slots, Source},
    zip,
};

/// Versions of a loop, one for each list of kinds seen.
const MAX_VERSIONS: usize = 4;
/// Attempts to compile a loop whose values did not fit but may change.
const MAX_REFUSALS: u32 = 8;
/// Entries after which a loop must have shown that it pays.
const TRIAL: u64 = 50;
/// Iterations an entry must make on average: what entering costs, in
/// interpreted iterations, and a little more.
const WORTHWHILE_ITERATIONS: u64 = 8;
/// How many times more entering costs that takes a `zip` to pieces.
const ZIP_COST: u64 = 5;
/// The same as time inside, for loops whose iterations are not counted, in
/// nanoseconds.
const WORTHWHILE_TIME: u64 = 25;
/// Most trials that an entry may fail on the merits of earlier ones.
const MAX_CREDIT: u64 = 64;
/// Each so many entries one is timed.
const TIME_EACH: u64 = 64;
/// Each so many entries the frame is checked in full.
const CHECK_EACH: u64 = 256;
/// Frames that functions done in place would need at most.
const CALL_DEPTH: usize = 8;
/// Most globals that the functions called from a loop may read.
const MAX_FURTHER: usize = 64;

/// Everything the frame lends to a loop.
struct Frame<'a> {
    view: &'a FrameView,
    layout: &'a Layout,
    locals: Option<PyRef<PyDict>>,
    names: &'a [&'static PyStrInterned],
    /// Names of further globals, numbered on from the code's.
    further: Arc<[&'static PyStrInterned]>,
}

impl Frame<'_> {
    fn name(&self, n: u32) -> &'static PyStrInterned {
        let n = n as usize;
        self.names.get(n).copied().unwrap_or_else(|| self.further[n - self.names.len()])
    }

    /// Do functions called from here read the variables of this frame as
    /// their globals, if they read any?
    fn shares_globals(&self) -> bool {
        self.locals.as_ref().is_none_or(|locals| locals.is(self.view.globals()))
    }

    /// The value of a variable; the outer `None`: it cannot be read here.
    fn read(&self, variable: Variable, vm: &VirtualMachine) -> Option<Option<PyObjectRef>> {
        let in_dict = |dict: &Py<PyDict>, n: u32| dict.get_item_opt(self.name(n), vm).ok();
        if let Some(found) = self.own(variable, vm)? {
            return Some(Some(found));
        }
        let (Variable::Name(n) | Variable::Global(n)) = variable else { return Some(None) };
        match in_dict(self.view.globals(), n)? {
            Some(found) => Some(Some(found)),
            None => in_dict(self.view.builtins().downcast_ref::<PyDict>()?, n),
        }
    }

    /// What the variable itself is bound to, not what a name falls back on.
    fn own(&self, variable: Variable, vm: &VirtualMachine) -> Option<Option<PyObjectRef>> {
        let in_dict = |dict: &Py<PyDict>, n: u32| dict.get_item_opt(self.name(n), vm).ok();
        match variable {
            Variable::Fast(n) => Some(self.view.local(n).map(PyObject::to_owned)),
            Variable::Cell(n) => {
                let cell = self.view.local(n)?;
                Some(cell.get_attr("cell_contents", vm).ok())
            }
            Variable::Name(n) => in_dict(self.locals.as_deref()?, n),
            Variable::Global(n) => in_dict(self.view.globals(), n),
        }
    }

    /// Sets a variable, or unbinds it, and gives what a slot held before.
    fn write(
        &self,
        variable: Variable,
        value: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        let in_dict = |dict: &Py<PyDict>, n: u32, value| match value {
            Some(value) => dict.set_item(self.name(n), value, vm),
            // Unbound before already: nothing to delete.
            None => dict.del_item(self.name(n), vm).or(Ok(())),
        };
        match variable {
            Variable::Fast(n) => return Ok(self.view.replace_local(n, value)),
            Variable::Cell(n) => {
                let Some(cell) = self.view.local(n).map(PyObject::to_owned) else {
                    return Err(vm.new_system_error("a cell is missing from the frame".to_owned()));
                };
                match value {
                    Some(value) => cell.set_attr("cell_contents", value, vm)?,
                    None => cell.del_attr("cell_contents", vm).or(Ok(()))?,
                }
            }
            Variable::Name(n) => match self.locals.as_deref() {
                Some(locals) => in_dict(locals, n, value)?,
                None => return Err(vm.new_system_error("a frame without locals".to_owned())),
            },
            Variable::Global(n) => in_dict(self.view.globals(), n, value)?,
        }
        Ok(None)
    }
}

/// Objects of one entry: few enough to need no allocation, as a rule.
type Objects = SmallVec<[Option<PyObjectRef>; 12]>;

/// The frame is at the header of the loop: continue it in compiled code, if
/// there is or can be some for the values that it has.
pub fn enter(
    vm: &VirtualMachine,
    code: &Py<PyCode>,
    each: &Loop,
    view: &FrameView,
    layout: &Layout,
) -> PyResult<()> {
    let info = &each.info;
    if view.depth() != info.depth {
        return Ok(());
    }
    let mapping = view.locals().get().map(|mapping| mapping.obj());
    let locals = mapping.and_then(|m| m.downcast_ref_if_exact::<PyDict>(vm)).map(|d| d.to_owned());
    let further = each.state().further.clone();
    let mut frame = Frame { view, layout, locals, names: &code.code.names, further };
    let mut objects = Objects::new();
    let more = (0..frame.further.len()).map(|n| Variable::Global((frame.names.len() + n) as u32));
    let stored = info.stored.iter().copied().chain(std::iter::repeat(false));
    for (variable, stored) in info.variables.iter().copied().chain(more).zip(stored) {
        // A name that the loop binds may fall back on another's value, which
        // must not become its own: to compiled code it is unbound.
        match if stored { frame.own(variable, vm) } else { frame.read(variable, vm) } {
            Some(object) => objects.push(object),
            None => return give_up(vm, code, each, "a variable cannot be read"),
        }
    }
    let own = match info.is_for {
        true => match info.depth.checked_sub(1).and_then(|top| view.stack(top)) {
            Some(iterator) => Some(iterator.to_owned()),
            None => return Ok(()),
        },
        false => None,
    };

    let mut slots = Slots::new();
    let (fitting, count) = {
        let state = each.state();
        let fitting = state.versions.iter().find(|version| {
            slots.clear();
            fits(version, &objects, own.as_ref(), layout, &mut slots, vm)
        });
        (fitting.cloned(), state.versions.len())
    };
    match fitting {
        Some(version) => {
            let entries = version.entries.load(Ordering::Relaxed);
            if entries % CHECK_EACH < 2 && !view.agrees(info.depth) {
                return give_up(vm, code, each, "the frame is not laid out as expected");
            }
            // What was read is in the slots: the variables hold it alone again,
            // but for arrays, whose memory compiled code uses.
            for (object, kind) in objects.iter_mut().zip(&version.compiled.kinds) {
                if !matches!(kind, EntryKind::Array(_) | EntryKind::List(_) | EntryKind::Lists(_) | EntryKind::Tuple(_) | EntryKind::Tuples(_) | EntryKind::Function(_)) {
                    *object = None;
                }
            }
            // An iterator lets go of its list at the end, in any thread.
            let _walked = own.as_ref().map(|own| zip::walked(own, vm));
            run(vm, code, each, &frame, &version, &slots, &objects, own)
        }
        None if count < MAX_VERSIONS => compile(vm, code, each, &mut frame, objects, own.as_ref()),
        None => give_up(vm, code, each, "the types keep changing"),
    }
}

/// Appends the entry slots if the values are of the version's kinds.
fn fits(
    version: &Version,
    objects: &[Option<PyObjectRef>],
    own: Option<&PyObjectRef>,
    layout: &Layout,
    slots: &mut Slots,
    vm: &VirtualMachine,
) -> bool {
    let compiled = &version.compiled;
    if compiled.numpy && !ignores_underflow() || !version.assumed.iter().all(|member| member.holds(vm)) {
        return false;
    }
    let unchanged = |(function, version): &(PyRef<PyFunction>, u32)| function.func_version() == *version;
    // Where the interpreter would be at the end of its stack it says so itself.
    let deep = !version.functions.is_empty() && vm.current_recursion_depth() + CALL_DEPTH >= vm.recursion_limit.get();
    if deep || !version.functions.iter().all(unchanged) {
        return false;
    }
    compiled.kinds.iter().zip(&version.required).zip(objects).all(|((kind, required), object)| {
        values::append(object.as_deref(), kind, required.as_ref(), layout, slots, vm)
    }) && compiled
        .stack
        .iter()
        .all(|kind| values::append(own.map(|o| &**o), kind, None, layout, slots, vm))
}

/// Compiles the loop for the values that it has now. It is entered at the next
/// back edge.
fn compile(
    vm: &VirtualMachine,
    code: &Py<PyCode>,
    each: &Loop,
    frame: &mut Frame<'_>,
    mut objects: Objects,
    own: Option<&PyObjectRef>,
) -> PyResult<()> {
    let layout = frame.layout;
    let mut info = each.info.clone();
    let base = frame.names.len();
    info.variables.extend((0..frame.further.len()).map(|n| Variable::Global((base + n) as u32)));
    let (mut kinds, mut functions) = (Vec::new(), Vec::new());
    // Functions may bring further variables, and those may be functions.
    while let Some(object) = objects.get(kinds.len()).cloned() {
        if let Some(object) = &object
            && let Some((closure, function, names)) = function::in_place(object, frame.view, vm)
            && frame.shares_globals()
        {
            for name in names {
                let known = |v: &Variable| match v {
                    Variable::Name(n) | Variable::Global(n) => std::ptr::eq(frame.name(*n), name),
                    Variable::Fast(_) | Variable::Cell(_) => false,
                };
                if !info.variables.iter().any(known) && frame.further.len() < MAX_FURTHER {
                    let variable = Variable::Global((base + frame.further.len()) as u32);
                    frame.further = frame.further.iter().copied().chain([name]).collect();
                    info.variables.push(variable);
                    objects.push(frame.read(variable, vm).flatten());
                }
            }
            functions.push(function);
            kinds.push(EntryKind::Function(closure));
            continue;
        }
        kinds.push(match values::kind_of(object.as_deref(), layout, vm) {
            // Others may hold the same iterator, the loop itself among them: what
            // advances one must be seen by all.
            // Another tuple each time is no list to work on.
            EntryKind::Tuple(_) | EntryKind::Tuples(_) if info.stored.get(kinds.len()) == Some(&true) => EntryKind::Other,
            EntryKind::RangeIter | EntryKind::ArrayIter(_) | EntryKind::ListIter(_) | EntryKind::Zip { .. } => EntryKind::Other,
            kind => kind,
        });
    }
    let further: Vec<Arc<str>> = frame.further.iter().map(|name| name.as_str().into()).collect();
    {
        let mut state = each.state();
        state.further = frame.further.clone();
        state.inlined.extend(functions.iter().map(|(_, code, _)| code.clone()));
        state.unwatched = None;
    }
    let stack: Vec<EntryKind> =
        own.iter().map(|iterator| values::kind_of(Some(&***iterator), layout, vm)).collect();
    let request = LoopRequest { code: each.code.clone(), info, further, kinds, stack };
    let compiled = match compile_loop(&request) {
        Ok(compiled) => compiled,
        Err(refusal) => {
            each.state().refusals += 1;
            if refusal.permanent || each.state().refusals >= MAX_REFUSALS {
                return give_up(vm, code, each, &refusal.reason);
            }
            return Ok(());
        }
    };
    let mut assumed = Vec::new();
    for path in &compiled.assumed {
        match Member::original(path, vm) {
            Some(member) => assumed.push(member),
            None => return give_up(vm, code, each, &format!("{path} is not the library's own")),
        }
    }
    let required = compiled.kinds.iter().zip(&objects).map(|(kind, object)| match kind {
        EntryKind::Library(_) | EntryKind::Function(_) => object.clone(),
        _ => None,
    });
    let required = required.collect();
    let functions = functions.into_iter().map(|(function, _, version)| (function, version)).collect();
    let mut restored = HashMap::new();
    for exit in &compiled.exits {
        for restore in exit.stack.iter().chain(exit.writes.iter().map(|(_, r)| r)) {
            if !resolve(restore, &mut restored, vm) {
                return give_up(vm, code, each, "a library object cannot be found");
            }
        }
    }
    each.state().versions.push(Arc::new(Version::new(compiled, required, functions, assumed, restored)));
    Ok(())
}

/// Finds the library objects that `restore` names.
fn resolve(
    restore: &Restore,
    found: &mut HashMap<Arc<str>, PyObjectRef>,
    vm: &VirtualMachine,
) -> bool {
    match restore {
        Restore::Library(path) if !found.contains_key(path) => match library::object_at(path, vm) {
            Some(object) => {
                found.insert(path.clone(), object);
                true
            }
            None => false,
        },
        Restore::Tuple(items) => items.iter().all(|item| resolve(item, found, vm)),
        _ => true,
    }
}

/// Runs compiled code and applies the exit that it takes.
#[expect(clippy::too_many_arguments, reason = "the parts of one entry, which nothing else has together")]
fn run(
    vm: &VirtualMachine,
    code: &Py<PyCode>,
    each: &Loop,
    frame: &Frame<'_>,
    version: &Version,
    slots: &[u64],
    held: &[Option<PyObjectRef>],
    own: Option<PyObjectRef>,
) -> PyResult<()> {
    let compiled = &version.compiled;
    let Some(entry) = compiled.entry.uniform() else {
        return Ok(());
    };
    let entries = version.entries.fetch_add(1, Ordering::Relaxed) + 1;
    let mut results: Slots = smallvec![0; compiled.result_slots as usize];
    let context = Ctx::current();
    let start = (entries <= TRIAL || entries.is_multiple_of(TIME_EACH)).then(Instant::now);
    let status = {
        let _running = Running::start();
        // SAFETY: the context is this thread's own; the slots are those that
        // `compiled` asks for, in number and kind.
        unsafe {
            // Whatever is asked of this thread, the interpreter heard it too and
            // has just seen to it.
            (*context).poll.store(0, Ordering::Relaxed);
            entry(context, slots.as_ptr(), results.as_mut_ptr())
        }
    };
    if let Some(start) = start {
        version.nanoseconds.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        version.timed.fetch_add(1, Ordering::Relaxed);
    }
    arm::left_compiled_code();
    let taken = status.checked_sub(STATUS_EXIT).and_then(|n| usize::try_from(n).ok());
    let Some((taken, exit)) = taken.and_then(|n| Some((n, compiled.exits.get(n)?))) else {
        // Nothing was written back: the interpreter does the iteration itself.
        return give_up(vm, code, each, &format!("compiled code ended with status {status}"));
    };
    let source = Source { results: &results, library: &version.restored, entry: held };
    let moved = apply(frame, each, exit, version, &source, own, vm)?;

    version.exits[taken].fetch_add(1, Ordering::Relaxed);
    // A full time slice was worth it, however few iterations that were.
    let least = if exit.reason == ExitReason::Poll { WORTHWHILE_ITERATIONS } else { 0 };
    version.iterations.fetch_add(moved.unwrap_or(0).max(least), Ordering::Relaxed);
    let whole = matches!(exit.reason, ExitReason::LoopEnd | ExitReason::LeftLoop | ExitReason::Poll);
    version.failures.fetch_add(u64::from(!whole), Ordering::Relaxed);
    if entries.is_multiple_of(TRIAL) {
        if worthwhile(version, moved.is_some()) {
            each.state().setbacks = 0;
        } else {
            arm::set_back(vm, code, each);
        }
    }
    Ok(())
}

/// Whether entering this version goes on being a good idea, judged by what
/// happened since the last time that this was asked.
fn worthwhile(version: &Version, counted: bool) -> bool {
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut judged = version.judged.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let now = Judged {
        entries: count(&version.entries),
        failures: count(&version.failures),
        nanoseconds: count(&version.nanoseconds),
        timed: count(&version.timed),
        iterations: count(&version.iterations),
        credit: judged.credit,
    };
    let before = std::mem::replace(&mut *judged, now);
    let entries = now.entries.saturating_sub(before.entries).max(1);
    let timed = now.timed.saturating_sub(before.timed);
    // What was gained, and what entering cost.
    let (gain, cost) = if counted {
        let dear = matches!(version.compiled.stack.first(), Some(EntryKind::Zip { .. }));
        let worthwhile = WORTHWHILE_ITERATIONS * if dear { ZIP_COST } else { 1 };
        (now.iterations.saturating_sub(before.iterations), entries * worthwhile)
    } else if timed == 0 {
        return true;
    } else {
        // Most entries may not even finish an iteration.
        let fails = now.failures.saturating_sub(before.failures) * 2 > entries;
        let inside = now.nanoseconds.saturating_sub(before.nanoseconds);
        (inside, timed * WORTHWHILE_TIME * if fails { 20 } else { 1 })
    };
    judged.credit = (judged.credit + gain / cost.max(1)).min(MAX_CREDIT);
    match judged.credit.checked_sub(1) {
        Some(left) => {
            judged.credit = left;
            true
        }
        None => false,
    }
}

/// Writes the frame as `exit` says. The number of items that the loop's own
/// range moved on, if it has one.
fn apply(
    frame: &Frame<'_>,
    each: &Loop,
    exit: &ExitRecord,
    version: &Version,
    source: &Source<'_>,
    own: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Option<u64>> {
    let compiled = &version.compiled;
    // All objects first: making them may collect garbage, which looks at the
    // frame, or fail; then the frame changes in one go.
    let mut writes: SmallVec<[(Variable, Option<PyObjectRef>); 8]> = SmallVec::new();
    for (n, restore) in &exit.writes {
        let variable = compiled.variables[*n as usize];
        // The program may know the object of a number that was not touched.
        if !frame.own(variable, vm).flatten().is_some_and(|object| values::is_same_number(&object, restore, source)) {
            writes.push((variable, values::make(restore, source, vm)?));
        }
    }
    let kind = compiled.stack.first();
    let mut moved = None;
    let mut pushes = Objects::new();
    for restore in &exit.stack {
        pushes.push(match (restore, &own) {
            (Restore::EntryIter(n), Some(iterator)) => {
                let positions = &source.results[*n as usize..];
                match kind {
                    Some(EntryKind::Zip { parts, .. }) => {
                        let (iterator, items) = zip::advance(iterator, parts, positions, frame.layout, vm)?;
                        moved = Some(items);
                        Some(iterator)
                    }
                    Some(kind) => {
                        moved = values::advance(iterator, kind, positions[0] as i64, frame.layout, vm)?;
                        Some(iterator.clone())
                    }
                    None => Some(iterator.clone()),
                }
            }
            _ => values::make(restore, source, vm)?,
        });
    }
    let mut old = Objects::new();
    if each.info.is_for {
        old.push(frame.view.pop());
    }
    for value in pushes {
        frame.view.push(value);
    }
    frame.view.set_instruction(exit.offset);
    for (variable, value) in writes {
        old.push(frame.write(variable, value, vm)?);
    }
    // Finalizers of replaced values see a frame that is whole again.
    drop(old);
    drop(own);
    Ok(moved)
}

/// Leaves the loop to the interpreter for good.
fn give_up(vm: &VirtualMachine, code: &Py<PyCode>, each: &Loop, reason: &str) -> PyResult<()> {
    reason.clone_into(&mut each.state().reason);
    arm::disarm(vm, code, each, Stage::Dead);
    Ok(())
}

//! Finding the private fields that `frame_access` needs, and refusing to go on
//! if they are not where they can be recognised.
//!
//! Runs once, when the first hot loop is seen: a program without one pays
//! nothing.
//!
//! `unsafe` room: words of objects made here are read, as many as their types
//! have.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, Ordering},
};

use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, frame::FrameObject};

use super::frame_access::{self, Layout};

/// Three generators that differ in locals and in stack depth. Suspended before
/// their first instruction, their frames show the number of locals next to an
/// empty value stack.
const GENERATORS: &str = "\
def one(a, b, c):
    yield a
def two(a, b, c, d, e, f, g):
    for x in a:
        for y in b:
            yield f(x, y, g, f(a, b, c))
def three(a, b, c, d, e, f, g, h, i, j, k, l, m):
    yield (a, b, c, d, e, f, g, h, i, j, k, l, m, a, b, c, d, e, f, g)
frames = [g.gi_frame for g in (one(*range(3)), two(*range(7)), three(*range(13)))]
";

static LAYOUT: OnceLock<Option<Layout>> = OnceLock::new();
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether a probe is under way: it runs Python code, which may be sampled.
pub fn running() -> bool {
    RUNNING.load(Ordering::Acquire)
}

/// The layout of this build; `None` if it cannot be recognised, or while
/// another caller is finding it out.
pub fn layout(vm: &VirtualMachine) -> Option<Layout> {
    if let Some(known) = LAYOUT.get() {
        return *known;
    }
    if RUNNING.swap(true, Ordering::AcqRel) {
        return None;
    }
    // A failure of the probe is an answer, not an error of the program.
    let found = (|| {
        let (slot_count, depth) = probe_frames(vm).ok().flatten()?;
        let range = probe_range(vm).ok().flatten()?;
        Some(Layout { slot_count, depth, range })
    })();
    let _ = LAYOUT.set(found);
    RUNNING.store(false, Ordering::Release);
    found
}

fn probe_frames(vm: &VirtualMachine) -> PyResult<Option<(usize, usize)>> {
    let scope = vm.new_scope_with_builtins();
    let code = vm
        .compile(GENERATORS, rustpython_vm::compiler::Mode::Exec, "<probe>")
        .map_err(|error| error.into_pyexception(vm, Some(GENERATORS)))?;
    vm.run_code_obj(code, scope.clone())?;
    let frames: Vec<PyObjectRef> = scope.globals.get_item("frames", vm)?.try_into_value(vm)?;
    let mut candidates: Option<Vec<(usize, usize)>> = None;
    for frame in frames {
        let Ok(frame) = frame.downcast::<FrameObject>() else {
            return Ok(None);
        };
        let locals = frame.iframe().code().localspluskinds.len() as u32;
        // SAFETY: the generator is suspended.
        let words = unsafe { frame_access::header_words(&frame) };
        let value = |offset: usize| words.iter().find(|w| w.0 == offset).map(|w| w.1);
        let here: Vec<(usize, usize)> = words
            .iter()
            .filter(|(_, word)| *word == locals)
            // The depth is the other half of the same 8 bytes; nothing but the
            // generator itself can be on the stack.
            .map(|(offset, _)| (*offset, offset ^ 4))
            .filter(|(_, depth)| value(*depth).is_some_and(|d| d <= 1))
            .collect();
        candidates = Some(match candidates {
            None => here,
            Some(before) => before.into_iter().filter(|c| here.contains(c)).collect(),
        });
    }
    match candidates.as_deref() {
        Some([one]) => Ok(Some(*one)),
        _ => Ok(None),
    }
}

fn probe_range(vm: &VirtualMachine) -> PyResult<Option<[usize; 4]>> {
    const INDEX: u64 = 123;
    const START: i64 = 1_000_003;
    const STEP: i64 = 7;
    const LENGTH: i64 = 5_000;
    let range: PyObjectRef = vm.ctx.types.range_type.to_owned().into();
    let range = range.call((START, START + LENGTH * STEP, STEP), vm)?;
    let iterator: PyObjectRef = range.get_iter(vm)?.into();
    if !iterator.class().is(vm.ctx.types.range_iterator_type) {
        return Ok(None);
    }
    vm.call_method(&iterator, "__setstate__", (INDEX,))?;
    // SAFETY: its class was just checked.
    let words = unsafe { frame_access::range_words(&iterator) };
    let find = |value: u64| {
        let mut at = words.iter().filter(|w| w.1 == value).map(|w| w.0);
        match (at.next(), at.next()) {
            (Some(offset), None) => Some(offset),
            _ => None,
        }
    };
    Ok((|| Some([find(INDEX)?, find(START as u64)?, find(STEP as u64)?, find(LENGTH as u64)?]))())
}

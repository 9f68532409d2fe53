//! What is known of the loops of code objects that were seen to be hot.

use std::{
    cell::RefCell,
    collections::HashMap,
    fmt::Write as _,
    hash::{BuildHasherDefault, Hasher},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use rustpython_vm::{AsObject, Py, PyObjectRef, PyRef, builtins::{PyCode, PyFunction, PyStrInterned}};
use super::library::Member;
use taipan_jit::{
    bytecode::{Code, decode::has_loop},
    ordinary::{CompiledLoop, LoopInfo, loops},
};

/// How far a loop has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not hot, or not for a while.
    Cold,
    /// Its back edges call us.
    Armed,
    /// Compiling it is impossible or does not pay.
    Dead,
}

/// A loop compiled for one list of kinds.
pub struct Version {
    pub compiled: CompiledLoop,
    /// For each variable that must be a library object: that object.
    pub required: Vec<Option<PyObjectRef>>,
    /// Functions that are done in place, with the version of each.
    pub functions: Vec<(PyRef<PyFunction>, u32)>,
    /// Module members that the code takes to be the library's own.
    pub assumed: Vec<Member>,
    /// Library objects that exits put back, by path.
    pub restored: HashMap<Arc<str>, PyObjectRef>,
    /// Entries so far.
    pub entries: AtomicU64,
    /// Entries that ended in the middle of an iteration.
    pub failures: AtomicU64,
    /// Nanoseconds spent inside by the entries that were timed.
    pub nanoseconds: AtomicU64,
    /// Number of those.
    pub timed: AtomicU64,
    /// Iterations of the loop's own `range` or array, where it has one.
    pub iterations: AtomicU64,
    /// What the counters above said when the loop was last judged.
    pub judged: Mutex<Judged>,
    /// How often each exit was taken.
    pub exits: Vec<AtomicU64>,
}

impl Version {
    /// A version that was not entered yet.
    pub fn new(
        compiled: CompiledLoop,
        required: Vec<Option<PyObjectRef>>,
        functions: Vec<(PyRef<PyFunction>, u32)>,
        assumed: Vec<Member>,
        restored: HashMap<Arc<str>, PyObjectRef>,
    ) -> Self {
        Self {
            exits: compiled.exits.iter().map(|_| AtomicU64::new(0)).collect(),
            compiled,
            required,
            functions,
            assumed,
            restored,
            entries: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
            timed: AtomicU64::new(0),
            iterations: AtomicU64::new(0),
            judged: Mutex::default(),
        }
    }
}

/// Counters of a version at some time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged {
    pub entries: u64,
    pub failures: u64,
    pub nanoseconds: u64,
    pub timed: u64,
    pub iterations: u64,
    /// Trials that may fail before the loop is left alone: long entries pay for
    /// many short ones, which often come in rows.
    pub credit: u64,
}

/// What changes about a loop.
pub struct State {
    pub stage: Stage,
    /// Samples that found the program inside.
    pub samples: u32,
    /// How often entering it was found not to pay: each time twice as many
    /// samples are asked for before the next try.
    pub setbacks: u32,
    pub versions: Vec<Arc<Version>>,
    /// How often compiling was refused for values that may change.
    pub refusals: u32,
    /// Further globals: those that functions done in place read.
    pub further: Arc<[&'static PyStrInterned]>,
    /// The code of such functions.
    pub inlined: Vec<PyRef<PyCode>>,
    /// State of the interpreter's monitoring for which no other tool was found
    /// to watch the code.
    pub unwatched: Option<u64>,
    /// Why it is dead.
    pub reason: String,
}

/// One loop.
pub struct Loop {
    pub info: LoopInfo,
    /// The code it is part of.
    pub code: Arc<Code>,
    state: Mutex<State>,
}

impl Loop {
    /// Its state. Hold it briefly, and run no Python code meanwhile.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Back edges, if the loop is armed now.
    pub fn armed_edges(&self) -> Option<&[u32]> {
        (self.state().stage == Stage::Armed).then_some(&*self.info.back_edges)
    }
}

/// The loops of one code object.
pub struct CodeLoops {
    /// Keeps the address, by which it is found, from being used again.
    pub object: PyRef<PyCode>,
    pub loops: Vec<Arc<Loop>>,
}

impl CodeLoops {
    fn new(object: &Py<PyCode>) -> Self {
        // Code that cannot be read has no loops for us.
        let code = Code::from_object(&object.code).map(Arc::new);
        let infos = code.as_ref().map(|code| loops(code)).unwrap_or_default();
        let all = infos.into_iter().zip(std::iter::repeat(code.ok())).filter_map(|(info, code)| {
            let state = State {
                stage: Stage::Cold,
                samples: 0,
                setbacks: 0,
                versions: Vec::new(),
                refusals: 0,
                further: Arc::new([]),
                inlined: Vec::new(),
                unwatched: None,
                reason: String::new(),
            };
            Some(Arc::new(Loop { info, code: code?, state: Mutex::new(state) }))
        });
        Self { loops: all.collect(), object: object.to_owned() }
    }
}

/// Addresses are their own hash.
#[derive(Default)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_usize(&mut self, address: usize) {
        // Objects are aligned: the low bits say nothing; spread the others.
        self.0 = (address as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Table = HashMap<usize, Arc<CodeLoops>, BuildHasherDefault<AddressHasher>>;

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

/// Code objects that the table holds without anybody minding.
const LEAST_ROOM: usize = 256;
static ROOM: AtomicUsize = AtomicUsize::new(LEAST_ROOM);
/// How often code was taken out of the table.
static ERA: AtomicU64 = AtomicU64::new(0);

fn table() -> MutexGuard<'static, Option<Table>> {
    TABLE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The loops of `code`, found now if it is new; None if it has none.
pub fn of(code: &Py<PyCode>) -> Option<Arc<CodeLoops>> {
    if !has_loop(&code.code) {
        return None;
    }
    let key = code.as_object().get_id();
    let mut table = table();
    Some(table.get_or_insert_default().entry(key).or_insert_with(|| Arc::new(CodeLoops::new(code))).clone())
}

/// Is it time to look for code that only the table keeps? Programs may make
/// code without end, with `exec`.
pub fn crowded() -> bool {
    table().as_ref().is_some_and(|table| table.len() > ROOM.load(Ordering::Relaxed))
}

/// Code that only the table keeps.
pub fn orphans() -> Vec<Arc<CodeLoops>> {
    let mut all = all();
    all.retain(|code| code.object.as_object().strong_count() == 1);
    all
}

/// Takes `orphans` out of the table. None of their loops may be armed.
pub fn forget(orphans: &[Arc<CodeLoops>]) {
    let mut table = table();
    let table = table.get_or_insert_default();
    // Code that comes to lie at their addresses must not be taken for them.
    ERA.fetch_add(1, Ordering::Release);
    for code in orphans {
        table.remove(&code.object.as_object().get_id());
    }
    ROOM.store(LEAST_ROOM.max(2 * table.len()), Ordering::Relaxed);
}

/// The loops of all code seen so far.
pub fn all() -> Vec<Arc<CodeLoops>> {
    table().iter().flatten().map(|(_, loops)| loops.clone()).collect()
}

thread_local! {
    /// The loop that this thread entered last: address of its code, era.
    static LAST: RefCell<Option<(usize, u64, Arc<Loop>)>> = const { RefCell::new(None) };
}

/// The loop of known `code` with this header.
pub fn at(code: &Py<PyCode>, header: u32) -> Option<Arc<Loop>> {
    let key = code.as_object().get_id();
    let now = ERA.load(Ordering::Acquire);
    LAST.with_borrow_mut(|last| {
        if let Some((owner, era, each)) = last
            && *owner == key
            && *era == now
            && each.info.header == header
        {
            return Some(each.clone());
        }
        let loops = table().as_ref()?.get(&key)?.clone();
        let found = loops.loops.iter().find(|l| l.info.header == header)?;
        *last = Some((key, now, found.clone()));
        Some(found.clone())
    })
}

/// Entries into all compiled loops.
pub fn entries() -> u64 {
    let mut sum = 0;
    for code in all() {
        for each in &code.loops {
            let versions = &each.state().versions;
            sum += versions.iter().map(|v| v.entries.load(Ordering::Relaxed)).sum::<u64>();
        }
    }
    sum
}

/// What happened, a line for each loop and exit, for `--jit-stats`.
pub fn report() -> String {
    let mut text = String::new();
    let mut codes = all();
    codes.retain(|c| !c.loops.is_empty());
    codes.sort_by_key(|c| (c.loops[0].code.file.clone(), c.loops[0].code.first_line));
    for each in codes.iter().flat_map(|c| &c.loops) {
        let state = each.state();
        let place = format!("{}:{} in {}", each.code.file, each.info.line, each.code.qualname);
        if state.versions.is_empty() && !state.reason.is_empty() {
            let _ = writeln!(text, "loop {place}: not compiled: {}", state.reason);
        }
        for version in &state.versions {
            let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
            let entries = count(&version.entries);
            let _ = write!(text, "loop {place}: entered {entries} times");
            if count(&version.timed) > 0 {
                let average = count(&version.nanoseconds) / count(&version.timed);
                let _ = write!(text, ", {:.3} ms inside", (average * entries) as f64 / 1e6);
            }
            match state.stage {
                Stage::Dead => {
                    let _ = write!(text, "; given up: {}", state.reason);
                }
                _ if state.setbacks > 0 => {
                    let _ = write!(text, "; left alone for a while {} times", state.setbacks);
                }
                _ => {}
            }
            text.push('\n');
            for (exit, taken) in version.compiled.exits.iter().zip(&version.exits) {
                if count(taken) > 0 {
                    let reason = exit.reason.text();
                    let _ = writeln!(text, "    line {}: {reason} ({} times)", exit.line, count(taken));
                }
            }
        }
    }
    text
}

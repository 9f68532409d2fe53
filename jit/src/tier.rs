//! Tiering: which machine code a unit has, and when it gets better code.
//!
//! A unit is published with its baseline code in place. In full mode a
//! background thread then compiles it with LLVM and swaps the entries. A call
//! that is still in baseline code notices at a poll (`EntryCell::osr_ready`)
//! and asks for an on-stack replacement entry of the loop it is in; when that
//! is ready, the next poll continues the call there.
//!
//! `unsafe` room: [`taipan_poll`] is called by baseline code with its context
//! and slots; it calls OSR entries, which the engine made with exactly the
//! type given here.

use crate::lir::op::Op;
use crate::lir::{FuncId, Module};
use crate::llvm::{self, Request, Text};
use crate::options::{self, DumpKind, TierMode};
use crate::queue::{self, Urgency};
use crate::unit::EntryCell;
use crate::{dump, osr, stats};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, RwLock};
use std::time::{Duration, Instant};
use taipan_runtime::buffer::{Buffer, taipan_buffer_release};
use taipan_runtime::trap::{Ctx, STATUS_OK};

/// Number of a unit; never 0, never reused.
pub type UnitId = u64;

/// `fn(ctx, live, results) -> status`.
type OsrEntry = unsafe extern "C" fn(ctx: *mut Ctx, live: *const u64, results: *mut u64) -> i32;

/// How long a call may stay in an inner loop, with the entry of an outer one
/// ready, before the inner one gets an entry of its own.
const PATIENCE: Duration = Duration::from_millis(2);

#[derive(Clone, Copy)]
enum Osr {
    Requested,
    Ready(OsrEntry),
    Failed,
}

#[derive(Default)]
struct OsrTable {
    loops: HashMap<(u32, u32), Osr>,
    /// When the first entry became ready.
    since: Option<Instant>,
}

/// A published unit.
pub struct Unit {
    pub id: UnitId,
    pub name: String,
    pub module: Arc<Module>,
    pub entry: Arc<EntryCell>,
    osr: Mutex<OsrTable>,
    /// Sites of polls by function and loop number.
    sites: HashMap<(u32, u32), u32>,
}

fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

static NEXT: AtomicU64 = AtomicU64::new(1);
static UNITS: LazyLock<RwLock<HashMap<UnitId, Arc<Unit>>>> = LazyLock::new(Default::default);

/// A number for a unit to be compiled (baseline code carries it).
pub fn reserve() -> UnitId {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The unit with this number.
pub fn unit(id: UnitId) -> Option<Arc<Unit>> {
    UNITS.read().unwrap_or_else(|e| e.into_inner()).get(&id).cloned()
}

/// Makes a unit known whose baseline code stands in `entry`; in full mode
/// its optimised code comes later, by itself. Units live as long as the
/// process: compiled callers hold addresses of their code and cells.
pub fn publish(id: UnitId, name: &str, module: Arc<Module>, entry: Arc<EntryCell>) -> Arc<Unit> {
    let mut sites = HashMap::new();
    for (f, func) in module.funcs.iter().enumerate() {
        for i in func.insts.iter().filter(|i| i.op == Op::Poll) {
            sites.insert((f as u32, i.imm as u32), i.site);
        }
    }
    let loops = !sites.is_empty();
    let u = Arc::new(Unit { id, name: name.to_owned(), module, entry, osr: Mutex::default(), sites });
    UNITS.write().unwrap_or_else(|e| e.into_inner()).insert(id, u.clone());
    stats::unit(id, name);
    if options::get().tier == TierMode::Full {
        let urgency = if loops { Urgency::Loops } else { Urgency::Straight };
        let job = u.clone();
        queue::push(urgency, Box::new(move |engine| job.optimise(engine)));
        if queue::synchronous() {
            queue::wait_idle();
        }
    }
    u
}

impl Unit {
    /// The compile request of the whole unit.
    pub fn request(&self) -> Request {
        Request { name: self.name.clone(), module: self.module.clone(), function: FuncId(0), uniform: true }
    }

    /// A textual form of the optimising tier's code; waits for the compile
    /// thread. The error says why there is none.
    pub fn text(self: &Arc<Self>, form: Text) -> Result<String, String> {
        text(self.request(), form)
    }

    /// Prints the forms of `request`, a part of this unit, that `--dump` asks
    /// for.
    fn dump(&self, engine: &mut llvm::Engine, request: &Request) {
        if !dump::awaits_optimised(&self.name) {
            return;
        }
        let tier = match request.uniform {
            true => "LLVM".to_owned(),
            false => format!("LLVM, {}", request.name),
        };
        for (kind, form) in [(DumpKind::Llvm, Text::Optimised), (DumpKind::Asm, Text::Assembly)] {
            dump::print(kind, &self.name, Some(&tier), || {
                engine.text(request, form).unwrap_or_else(|e| format!("; {e}"))
            });
        }
    }

    /// Compiles the unit with LLVM and swaps its entries.
    fn optimise(&self, engine: &mut llvm::Engine) {
        if dump::is_late(&self.name) {
            return;
        }
        let request = self.request();
        self.dump(engine, &request);
        match engine.compile(&request) {
            Ok(code) => {
                self.entry.direct.store(code.direct.cast_mut(), Ordering::Release);
                if let Some(p) = code.uniform {
                    self.entry.uniform.store(p.cast_mut(), Ordering::Release);
                }
                // A call that is still in baseline code asks for more.
                self.entry.osr_ready.store(1, Ordering::Release);
                stats::llvm(self.id, "llvm", &code);
            }
            Err(e) => stats::failed(self.id, &e.to_string()),
        }
    }

    /// Compiles the on-stack replacement entry of one loop.
    fn replace(&self, engine: &mut llvm::Engine, key: (u32, u32)) {
        let made = self.compile_osr(engine, key);
        let mut t = lock(&self.osr);
        match made {
            Ok(entry) => {
                t.loops.insert(key, Osr::Ready(entry));
                t.since.get_or_insert_with(Instant::now);
                self.entry.osr_ready.store(1, Ordering::Release);
            }
            Err(e) => {
                t.loops.insert(key, Osr::Failed);
                stats::failed(self.id, &e);
            }
        }
    }

    fn compile_osr(&self, engine: &mut llvm::Engine, (func, number): (u32, u32)) -> Result<OsrEntry, String> {
        let (module, function) = osr_module(&self.module, FuncId(func), number).ok_or_else(|| format!("loop {number} of function {func} has no header"))?;
        let name = format!("{}.osr{func}.{number}", self.name);
        let request = Request { name, module: Arc::new(module), function, uniform: false };
        self.dump(engine, &request);
        let code = engine.compile(&request).map_err(|e| e.to_string())?;
        stats::llvm(self.id, &format!("osr {func}.{number}"), &code);
        // SAFETY: a LIR function with one pointer parameter has this type.
        Ok(unsafe { std::mem::transmute::<*const u8, OsrEntry>(code.direct) })
    }

    /// Releases the refs that a call owns at a poll, which its poll lists.
    ///
    /// # Safety
    /// `live` points to the values that `osr::live_values` names for this loop;
    /// the call does not go on.
    unsafe fn release_owned(&self, (func, number): (u32, u32), live: *const u64) {
        let func = &self.module.funcs[func as usize];
        let Some((header, _)) = osr::find_poll(func, number) else { return };
        let poll = &func.insts[func.blocks[header.index()].insts[0].index()];
        for (slot, v) in osr::live_values(func, header).iter().enumerate() {
            if poll.args.contains(v) {
                // SAFETY: contract of this function.
                unsafe { taipan_buffer_release(*live.add(slot) as usize as *mut Buffer) };
            }
        }
    }

    /// The entry to continue at, or a request for one.
    fn at_poll(self: &Arc<Self>, key: (u32, u32)) -> Option<OsrEntry> {
        let mut t = lock(&self.osr);
        match t.loops.get(&key).copied() {
            Some(Osr::Ready(entry)) => return Some(entry),
            Some(_) => {}
            // The outer loop's entry is the better one; an inner loop gets
            // one only when it keeps the call from coming by there.
            None if t.since.is_some_and(|s| s.elapsed() < PATIENCE) => return None,
            None => {
                t.loops.insert(key, Osr::Requested);
                let u = self.clone();
                queue::push(Urgency::Running, Box::new(move |engine| u.replace(engine, key)));
            }
        }
        if t.since.is_none() {
            // Nothing to enter yet: no slow polls until there is.
            self.entry.osr_ready.store(0, Ordering::Release);
        }
        None
    }
}

/// A textual form of what LLVM makes of a request.
pub fn text(request: Request, form: Text) -> Result<String, String> {
    queue::call(move |engine| engine.text(&request, form).map_err(|e| e.to_string()))?
}

/// The unit's module with the OSR entry of a loop added, and its number.
pub fn osr_module(module: &Module, f: FuncId, number: u32) -> Option<(Module, FuncId)> {
    let func = module.funcs.get(f.index())?;
    let (header, _) = osr::find_poll(func, number)?;
    let entry = osr::entry_at(func, header)?;
    let mut m = module.clone();
    m.funcs.push(entry);
    let id = FuncId::new(m.funcs.len() - 1);
    Some((m, id))
}

/// Called by baseline code at a poll whose slow path is taken: serves the
/// poll word, or continues the call in optimised code.
///
/// Gives a negative number to go on, else the function's status: it is
/// finished, its results are in `results`.
///
/// # Safety
/// `ctx` is the calling thread's context; `live` points to the values that
/// `osr::live_values` names for this loop of the unit, `results` to the
/// function's result slots.
pub unsafe extern "C" fn taipan_poll(ctx: *mut Ctx, id: UnitId, func: u32, number: u32, live: *mut u64, results: *mut u64) -> i64 {
    const GO_ON: i64 = -1;
    let Some(unit) = unit(id) else { return GO_ON };
    // SAFETY: contract of this function.
    if unsafe { (*ctx).poll.load(Ordering::Relaxed) } != 0 {
        let site = unit.sites.get(&(func, number)).copied().unwrap_or(0);
        // SAFETY: contract of this function.
        let status = unsafe { crate::poll::taipan_poll_interrupt(ctx, site) };
        if status != STATUS_OK {
            // SAFETY: contract of this function; the call ends here.
            unsafe { unit.release_owned((func, number), live) };
            return i64::from(status);
        }
    }
    if unit.entry.osr_ready.load(Ordering::Acquire) != 0
        && let Some(entry) = unit.at_poll((func, number))
    {
        stats::entered(id);
        // SAFETY: the entry was made for this loop; contract of this function.
        return i64::from(unsafe { entry(ctx, live, results) });
    }
    GO_ON
}

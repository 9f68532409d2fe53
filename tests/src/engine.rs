//! Engines: ways to run the same program, whose outcomes must be equal.
//!
//! An engine takes one kind of case (LIR here, scripts in the differential
//! harness) and gives the outcome as text, so that any two can be compared and
//! a difference can be read.
//!
//! Contract of the unsafe calls: programs are verified LIR that stays in the
//! arrays it is given, and run with this thread's context.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use taipan_jit::lir::interp::{self, slot_text};
use taipan_jit::lir::op::Op;
use taipan_jit::lir::passes;
use taipan_jit::lir::verify::verify;
use taipan_jit::lir::{Aux, FuncId, Module, Ty};
use taipan_jit::tier::osr_module;
use taipan_jit::unit::{EntryCell, NativeEntry};
use taipan_jit::{baseline, llvm};
use taipan_runtime::trap::{Ctx, STATUS_EXIT, STATUS_OK, STATUS_TRAP};

/// One way to run cases of type `C`.
pub trait Engine<C> {
    /// Its name in reports.
    fn name(&self) -> &'static str;
    /// The outcome, or why the engine could not run the case.
    fn run(&self, case: &C) -> Result<String, String>;
}

/// A call of function 0 of a LIR module.
pub struct LirCase {
    pub module: Arc<Module>,
    pub args: Vec<Arg>,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// The slot of a scalar.
    Scalar(u64),
    /// A pointer to a fresh copy of these bytes, elements of type `Ty`.
    Array(Ty, Vec<u8>),
}

/// A number's slot, read as the type wants it.
pub fn parse_scalar(text: &str, ty: Ty) -> Result<u64, String> {
    let bad = || format!("`{text}` is no {}", ty.text());
    Ok(match ty {
        Ty::F32 => u64::from(text.parse::<f32>().map_err(|_| bad())?.to_bits()),
        Ty::F64 => text.parse::<f64>().map_err(|_| bad())?.to_bits(),
        _ => match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).map_err(|_| bad())?,
            None => text.parse::<i64>().map_err(|_| bad())? as u64,
        },
    })
}

/// An argument: `5`, `-1.5`, `f64[1.0, 2.0]`, `i32[0 x 100]`.
pub fn parse_arg(text: &str, ty: Ty) -> Result<Arg, String> {
    let Some((element, items)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) else {
        return parse_scalar(text, ty).map(Arg::Scalar);
    };
    let element = Ty::from_text(element.trim()).ok_or_else(|| format!("`{element}` is no type"))?;
    let mut bytes = Vec::new();
    for item in items.split(',').map(str::trim).filter(|i| !i.is_empty()) {
        let (value, times) = item.split_once(" x ").unwrap_or((item, "1"));
        let slot = parse_scalar(value, element)?.to_le_bytes();
        for _ in 0..times.parse().map_err(|_| format!("`{times}` is no count"))? {
            bytes.extend_from_slice(&slot[..element.bytes() as usize]);
        }
    }
    Ok(Arg::Array(element, bytes))
}

fn array_text(ty: Ty, bytes: &[u8]) -> String {
    let items = bytes.chunks(ty.bytes() as usize).map(|c| {
        let mut slot = [0; 8];
        slot[..c.len()].copy_from_slice(c);
        slot_text(ty, u64::from_le_bytes(slot))
    });
    format!("{}[{}]", ty.text(), items.collect::<Vec<_>>().join(", "))
}

/// Calls `native` with the case's slots and describes what happened: results
/// or trap, then the arrays that changed.
fn outcome(case: &LirCase, native: impl FnOnce(*mut Ctx, &[u64], &mut [u64]) -> Result<i32, String>) -> Result<String, String> {
    let func = &case.module.funcs[0];
    // Results of every way out: `ret` and the exits.
    let exit_types = |number: i32| {
        let exit = func.insts.iter().find(|i| i.op == Op::Exit && i.imm == i64::from(number));
        exit.map(|i| i.args.iter().map(|v| func.ty(*v)).collect::<Vec<_>>())
    };
    let slots = func.insts.iter().filter(|i| i.op == Op::Exit).map(|i| i.args.len()).chain([func.results.len()]).max();
    let mut results = vec![0; slots.unwrap_or(0)];
    let mut memory: Vec<(usize, Vec<u64>)> = Vec::new();
    let mut args = Vec::new();
    for a in &case.args {
        match a {
            Arg::Scalar(x) => args.push(*x),
            Arg::Array(_, bytes) => {
                // Aligned, and with a word behind that nothing may touch.
                let mut words: Vec<u64> = bytes
                    .chunks(8)
                    .map(|c| {
                        let mut w = [0; 8];
                        w[..c.len()].copy_from_slice(c);
                        u64::from_le_bytes(w)
                    })
                    .collect();
                words.push(0x5afe_5afe_5afe_5afe);
                args.push(words.as_mut_ptr().addr() as u64);
                memory.push((args.len() - 1, words));
            }
        }
    }
    let ctx = Ctx::current();
    let status = native(ctx, &args, &mut results)?;
    let texts = |tys: &[Ty]| tys.iter().zip(&results).map(|(t, x)| slot_text(*t, *x)).collect::<Vec<_>>();
    let mut out = match status {
        STATUS_OK => match &texts(&func.results)[..] {
            [one] => one.clone(),
            many => format!("({})", many.join(", ")),
        },
        STATUS_TRAP => {
            // SAFETY: this thread's context; nothing else runs on it now.
            let (trap, trace) = unsafe { ((*ctx).trap, (*ctx).trace.clone()) };
            let used = trap.args.iter().rposition(|a| *a != 0).map_or(0, |n| n + 1);
            let args: Vec<_> = trap.args[..used].iter().map(|a| (*a as i64).to_string()).collect();
            let via: String = trace.iter().map(|s| format!(" via !{s}")).collect();
            // A deep recursion's trace is as long as the stack allows.
            let via = if trace.len() > 8 { " via many".to_owned() } else { via };
            format!("trap {}({}) !{}{via}", trap.kind.name(), args.join(", "), trap.site)
        }
        n => match exit_types(n - STATUS_EXIT) {
            Some(tys) => format!("exit {}({})", n - STATUS_EXIT, texts(&tys).join(", ")),
            None => format!("status {n}"),
        },
    };
    for (n, words) in memory {
        let Arg::Array(ty, before) = &case.args[n] else { continue };
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        if bytes[..before.len()] != before[..] {
            out += &format!(" & {}", array_text(*ty, &bytes[..before.len()]));
        }
        if words.last() != Some(&0x5afe_5afe_5afe_5afe) {
            out += " & wrote behind an array";
        }
    }
    Ok(out)
}

/// The LIR interpreter.
#[derive(Default)]
pub struct Interp;

impl Engine<LirCase> for Interp {
    fn name(&self) -> &'static str {
        "interp"
    }
    fn run(&self, case: &LirCase) -> Result<String, String> {
        outcome(case, |ctx, args, results| {
            // SAFETY: this thread's context; test programs stay in their arrays.
            let (status, values) = unsafe { interp::run(&case.module, FuncId(0), ctx, args)? };
            results[..values.len()].copy_from_slice(&values);
            Ok(status)
        })
    }
}

/// The interpreter on the module after the LIR passes.
#[derive(Default)]
pub struct Optimised;

impl Engine<LirCase> for Optimised {
    fn name(&self) -> &'static str {
        "optimised"
    }
    fn run(&self, case: &LirCase) -> Result<String, String> {
        let mut module = (*case.module).clone();
        passes::optimise(&mut module);
        verify(&module).map_err(|e| format!("the optimised module is ill-formed: {e}"))?;
        Interp.run(&LirCase { module: Arc::new(module), args: case.args.clone() })
    }
}

/// Machine code of the module that was run last.
struct Last<T>(RefCell<Option<(Arc<Module>, T)>>);

impl<T> Default for Last<T> {
    fn default() -> Self {
        Last(RefCell::default())
    }
}

impl<T: Clone> Last<T> {
    fn get(&self, module: &Arc<Module>, make: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        if let Some((m, code)) = &*self.0.borrow()
            && Arc::ptr_eq(m, module)
        {
            return Ok(code.clone());
        }
        let code = make()?;
        *self.0.borrow_mut() = Some((module.clone(), code.clone()));
        Ok(code)
    }
}

/// The baseline back end.
#[derive(Default)]
pub struct Baseline {
    /// Every poll takes its slow path, which then goes on in place.
    slow_polls: bool,
    last: Last<Arc<(baseline::CompiledCode, Box<EntryCell>)>>,
}

impl Baseline {
    /// One whose every poll takes its slow path.
    pub fn with_slow_polls() -> Baseline {
        Baseline { slow_polls: true, last: Last::default() }
    }
}

impl Engine<LirCase> for Baseline {
    fn name(&self) -> &'static str {
        if self.slow_polls { "baseline with slow polls" } else { "baseline" }
    }
    fn run(&self, case: &LirCase) -> Result<String, String> {
        let code = self.last.get(&case.module, || {
            let cell = Box::new(EntryCell::default());
            // No unit has number 0: the tier controller says to go on.
            let code = baseline::compile(&case.module, 0, &cell).map_err(|e| e.to_string())?;
            code.install(&cell);
            cell.osr_ready.store(u32::from(self.slow_polls), Ordering::Release);
            Ok(Arc::new((code, cell)))
        })?;
        outcome(case, |ctx, args, results| {
            let entry = code.1.uniform().ok_or("no entry")?;
            // SAFETY: verified LIR, compiled; test programs stay in their arrays.
            Ok(unsafe { entry(ctx, args.as_ptr(), results.as_mut_ptr()) })
        })
    }
}

/// The optimising back end.
pub struct Llvm {
    engine: RefCell<llvm::Engine>,
    last: Last<NativeEntry>,
}

impl Llvm {
    /// Starts LLVM.
    pub fn new() -> Result<Llvm, String> {
        let engine = llvm::Engine::new().map_err(|e| e.to_string())?;
        Ok(Llvm { engine: RefCell::new(engine), last: Last::default() })
    }
}

impl Engine<LirCase> for Llvm {
    fn name(&self) -> &'static str {
        "llvm"
    }
    fn run(&self, case: &LirCase) -> Result<String, String> {
        let entry = self.last.get(&case.module, || {
            let request = llvm::Request { name: "test".into(), module: case.module.clone(), function: FuncId(0), uniform: true };
            let code = self.engine.borrow_mut().compile(&request).map_err(|e| e.to_string())?;
            let cell = EntryCell::default();
            cell.uniform.store(code.uniform.ok_or("no uniform entry")?.cast_mut(), Ordering::Release);
            cell.uniform().ok_or_else(|| "no entry".to_owned())
        })?;
        // SAFETY: as for the baseline.
        outcome(case, |ctx, args, results| Ok(unsafe { entry(ctx, args.as_ptr(), results.as_mut_ptr()) }))
    }
}

/// How [`Changeover`] runs an on-stack replacement entry.
enum Continuation {
    /// As LIR, in the interpreter.
    Interp,
    Llvm(RefCell<llvm::Engine>),
}

/// The interpreter up to a loop header, then the loop's on-stack replacement
/// entry: every loop of the function, at its first, second and fifth visit.
/// All must have the same outcome.
pub struct Changeover {
    name: &'static str,
    continuation: Continuation,
}

impl Changeover {
    /// Goes on in the interpreter: tests the derived LIR alone.
    pub fn interp() -> Changeover {
        Changeover { name: "interp osr", continuation: Continuation::Interp }
    }
    /// Goes on in optimised code.
    pub fn llvm() -> Result<Changeover, String> {
        let engine = llvm::Engine::new().map_err(|e| e.to_string())?;
        Ok(Changeover { name: "llvm osr", continuation: Continuation::Llvm(RefCell::new(engine)) })
    }

    /// Slots in, status and as many result slots as the function may fill out.
    fn entry<'a>(&'a self, module: Arc<Module>, f: FuncId, results: usize) -> Result<Box<dyn Fn(&[u64]) -> Result<(i32, Vec<u64>), String> + 'a>, String> {
        verify(&module).map_err(|e| format!("the derived function is ill-formed: {e}"))?;
        Ok(match &self.continuation {
            Continuation::Interp => Box::new(move |live| {
                // SAFETY: this thread's context; the program is the tested one.
                unsafe { interp::run(&module, f, Ctx::current(), &[live.as_ptr().addr() as u64]) }
            }),
            Continuation::Llvm(engine) => {
                let request = llvm::Request { name: "osr".into(), module, function: f, uniform: true };
                let code = engine.borrow_mut().compile(&request).map_err(|e| e.to_string())?;
                let cell = EntryCell::default();
                cell.uniform.store(code.uniform.ok_or("no uniform entry")?.cast_mut(), Ordering::Release);
                let native = cell.uniform().ok_or("no entry")?;
                Box::new(move |live| {
                    let mut out = vec![0; results];
                    let args = [live.as_ptr().addr() as u64];
                    // SAFETY: compiled from the verified function; one pointer argument.
                    let status = unsafe { native(Ctx::current(), args.as_ptr(), out.as_mut_ptr()) };
                    Ok((status, out))
                })
            }
        })
    }
}

impl Engine<LirCase> for Changeover {
    fn name(&self) -> &'static str {
        self.name
    }
    fn run(&self, case: &LirCase) -> Result<String, String> {
        let func = &case.module.funcs[0];
        let polls = func.insts.iter().filter(|i| i.op == Op::Poll).map(|i| i.imm as u32);
        let slots = func.insts.iter().filter(|i| i.op == Op::Exit).map(|i| i.args.len()).chain([func.results.len()]).max();
        let mut all: Option<String> = None;
        for number in polls {
            let Some((module, f)) = osr_module(&case.module, FuncId(0), number) else { continue };
            let entry = self.entry(Arc::new(module), f, slots.unwrap_or(0))?;
            for visit in [1, 2, 5] {
                let mut entered = false;
                let got = outcome(case, |ctx, args, results| {
                    let mut take_over = |live: &[u64]| entry(live);
                    // SAFETY: as for the interpreter.
                    let (status, values, taken) =
                        unsafe { interp::run_until_poll(&case.module, FuncId(0), ctx, args, (number, visit), &mut take_over)? };
                    entered = taken;
                    results[..values.len()].copy_from_slice(&values);
                    Ok(status)
                })?;
                match &all {
                    Some(first) if *first != got => return Ok(format!("{got} when changing over at visit {visit} of loop {number}")),
                    _ => all = Some(got),
                }
                if !entered {
                    break;
                }
            }
        }
        // Without loops there is nothing to change over.
        all.map_or_else(|| Interp.run(case), Ok)
    }
}

/// Every engine for LIR, the reference first; with `LIR_NO_LLVM` set without
/// those that need LLVM.
pub fn lir_engines() -> Vec<Box<dyn Engine<LirCase>>> {
    let mut all: Vec<Box<dyn Engine<LirCase>>> = vec![Box::new(Interp), Box::new(Optimised), Box::new(Baseline::default())];
    all.push(Box::new(Baseline::with_slow_polls()));
    all.push(Box::new(Changeover::interp()));
    if std::env::var_os("LIR_NO_LLVM").is_some() {
        return all;
    }
    match Llvm::new().and_then(|e| Ok((e, Changeover::llvm()?))) {
        Ok((whole, osr)) => {
            all.push(Box::new(whole));
            all.push(Box::new(osr));
        }
        Err(e) => eprintln!("without LLVM: {e}"),
    }
    all
}

/// The module with another function as number 0.
pub fn with_entry(module: &Module, f: FuncId) -> Module {
    let mut m = module.clone();
    m.funcs.swap(0, f.index());
    for inst in m.funcs.iter_mut().flat_map(|f| f.insts.iter_mut()) {
        if let Aux::Func(g) = &mut inst.aux {
            if *g == f {
                *g = FuncId(0);
            } else if *g == FuncId(0) {
                *g = f;
            }
        }
    }
    m
}

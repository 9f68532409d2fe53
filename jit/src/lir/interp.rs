//! The LIR interpreter: what LIR means, for tests to compare machine code
//! with. Slow, simple, and without any part of a back end.
//!
//! It runs on the real context, loads and stores real memory, and calls the
//! real runtime functions, so a module behaves as compiled: same results, same
//! traps, same side exits. `fptosi` and `fptoui` of values that do not fit give
//! what x86 gives; nothing may rely on it.
//!
//! `unsafe` room: memory is accessed at whatever address the program computes
//! and symbols are called with whatever it passes. [`run`] is therefore unsafe:
//! the module must be one that would be safe to compile and call. Native
//! functions are called through one function type that fills every System V
//! argument register and a block of stack; a callee looks only at those of its
//! signature, which the verifier has compared with the call.

use super::op::{Cc, Op};
use super::{Aux, Block, Func, FuncId, InstData, Module, Symbol, Target, Ty};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use taipan_runtime::buffer::{Buffer, taipan_buffer_release};
use taipan_runtime::trap::{Ctx, STATUS_EXIT, STATUS_OK, STATUS_TRAP, TrapKind, intern, taipan_trap, taipan_unwind};

/// Runs a function: parameter slots in, status and result slots out (those of
/// `ret`, or of `exit`). What the interpreter cannot do (a callback with more
/// parameters than registers, a callee without code) is an `Err`.
///
/// # Safety
/// `ctx` is this thread's context; the program's memory accesses are valid.
pub unsafe fn run(module: &Arc<Module>, func: FuncId, ctx: *mut Ctx, args: &[u64]) -> Result<(i32, Vec<u64>), String> {
    let mut interp = Interp { module: module.clone(), ctx, callbacks: Vec::new(), changeover: None };
    interp.call(func, args)
}

/// Takes a call over at a loop header: gets the values live there, in the
/// order of `osr::live_values`, and gives the function's status and results.
pub type TakeOver<'a> = &'a mut dyn FnMut(&[u64]) -> Result<(i32, Vec<u64>), String>;

/// [`run`] until poll `number` of the function is reached for the `visit`-th
/// time (from 1); there `take_over` finishes the call. The last result tells
/// whether that happened.
///
/// # Safety
/// As for [`run`].
pub unsafe fn run_until_poll(
    module: &Arc<Module>,
    func: FuncId,
    ctx: *mut Ctx,
    args: &[u64],
    (number, visit): (u32, u32),
    take_over: TakeOver<'_>,
) -> Result<(i32, Vec<u64>, bool), String> {
    let changeover = Some(Changeover { func, number, visits: visit, take_over });
    let mut interp = Interp { module: module.clone(), ctx, callbacks: Vec::new(), changeover };
    let (status, results) = interp.call(func, args)?;
    Ok((status, results, interp.changeover.is_none()))
}

/// Where and how a call leaves the interpreter.
struct Changeover<'a> {
    func: FuncId,
    number: u32,
    /// Visits to come, the last one included.
    visits: u32,
    take_over: TakeOver<'a>,
}

struct Interp<'c> {
    module: Arc<Module>,
    ctx: *mut Ctx,
    /// Native addresses handed out for functions of the module.
    callbacks: Vec<(FuncId, usize)>,
    changeover: Option<Changeover<'c>>,
}

/// How a block ended.
enum Next {
    Block(Block, Vec<u64>),
    Done(i32, Vec<u64>),
}

/// One activation.
struct Frame<'a> {
    func: &'a Func,
    values: Vec<u64>,
    objects: Vec<(usize, Vec<u128>)>,
}

fn mask(ty: Ty, x: u64) -> u64 {
    match ty {
        Ty::I1 => x & 1,
        Ty::I8 => x & 0xff,
        Ty::I16 => x & 0xffff,
        Ty::I32 | Ty::F32 => x & 0xffff_ffff,
        _ => x,
    }
}

/// The value as a signed number; i1 is 0 or -1.
fn signed(ty: Ty, x: u64) -> i64 {
    let unused = 64 - ty.bits();
    (x << unused) as i64 >> unused
}

fn float(ty: Ty, x: u64) -> f64 {
    if ty == Ty::F32 { f64::from(f32::from_bits(x as u32)) } else { f64::from_bits(x) }
}

/// Rounds to the type. Every use computes in f64 what is exact or correctly
/// rounded for f32 too: + - * / sqrt of f32 operands round innocuously.
fn bits(ty: Ty, x: f64) -> u64 {
    if ty == Ty::F32 { u64::from((x as f32).to_bits()) } else { x.to_bits() }
}

impl Interp<'_> {
    fn call(&mut self, id: FuncId, args: &[u64]) -> Result<(i32, Vec<u64>), String> {
        let module = self.module.clone();
        let func = module.funcs.get(id.index()).ok_or("no such function")?;
        let params = &func.blocks[0].params;
        if params.len() != args.len() {
            return Err(format!("{} takes {} arguments, {} given", func.name, params.len(), args.len()));
        }
        let here = (&raw const params).addr();
        // SAFETY: the context is this thread's.
        if here < unsafe { (*self.ctx).stack_limit.load(Ordering::Relaxed) } {
            let site = func.insts.iter().map(|i| i.site).find(|s| *s != 0).unwrap_or(0);
            // SAFETY: the context is this thread's.
            let status = unsafe { crate::poll::taipan_stack_limit(self.ctx, here, site) };
            if status != STATUS_OK {
                return Ok((status, vec![]));
            }
        }
        let mut frame = Frame { func, values: vec![0; func.values.len()], objects: vec![] };
        for (p, a) in params.iter().zip(args) {
            frame.values[p.index()] = mask(func.ty(*p), *a);
        }
        let mut block = func.entry();
        loop {
            match self.block(&mut frame, block)? {
                Next::Done(status, results) => return Ok((status, results)),
                Next::Block(next, values) => {
                    for (p, v) in func.blocks[next.index()].params.iter().zip(values) {
                        frame.values[p.index()] = v;
                    }
                    block = next;
                }
            }
        }
    }

    fn trap(&self, kind: TrapKind, site: u32, args: &[u64]) {
        let arg = |n: usize| args.get(n).copied().unwrap_or(0);
        // SAFETY: the context is this thread's.
        unsafe { taipan_trap(self.ctx, kind as u32, site, arg(0), arg(1), arg(2), arg(3)) };
    }

    fn block(&mut self, f: &mut Frame<'_>, b: Block) -> Result<Next, String> {
        let func = f.func;
        for i in &func.blocks[b.index()].insts {
            let inst = &func.insts[i.index()];
            let args: Vec<u64> = inst.args.iter().map(|v| f.values[v.index()]).collect();
            let go = |f: &Frame<'_>, t: &Target| Next::Block(t.block, t.args.iter().map(|v| f.values[v.index()]).collect());
            match inst.op {
                Op::Jump => return Ok(go(f, &inst.targets()[0])),
                Op::Brif => return Ok(go(f, &inst.targets()[usize::from(args[0] & 1 == 0)])),
                Op::Ret => return Ok(Next::Done(STATUS_OK, args)),
                Op::Exit => return Ok(Next::Done(STATUS_EXIT + inst.imm as i32, args)),
                Op::Trap => {
                    if let Aux::Trap(kind) = inst.aux {
                        self.trap(kind, inst.site, &args);
                    }
                    return Ok(Next::Done(STATUS_TRAP, vec![]));
                }
                Op::Unwind => {
                    // SAFETY: the context is this thread's.
                    unsafe { taipan_unwind(self.ctx, inst.site) };
                    return Ok(Next::Done(STATUS_TRAP, vec![]));
                }
                Op::Unreachable => return Err("reached `unreachable`".into()),
                Op::Poll => {
                    // SAFETY: the context is this thread's.
                    let status = unsafe {
                        if (*self.ctx).poll.load(Ordering::Relaxed) == 0 {
                            STATUS_OK
                        } else {
                            crate::poll::taipan_poll_interrupt(self.ctx, inst.site)
                        }
                    };
                    if status != STATUS_OK {
                        for r in &args {
                            // SAFETY: what a poll lists is owned here.
                            unsafe { taipan_buffer_release(*r as usize as *mut Buffer) };
                        }
                        return Ok(Next::Done(status, vec![]));
                    }
                    if let Some(done) = self.leave(f, b, inst.imm) {
                        let (status, results) = done?;
                        return Ok(Next::Done(status, results));
                    }
                }
                Op::Call | Op::CallSym => {
                    let results = self.outside(f, inst, &args)?;
                    for (v, x) in inst.results.iter().zip(results) {
                        f.values[v.index()] = mask(func.ty(*v), x);
                    }
                }
                Op::Store => {
                    let at = args[0].wrapping_add(inst.imm as u64);
                    // SAFETY: contract of `run`.
                    unsafe { write(at, inst.ty.bytes(), args[1]) };
                }
                _ => {
                    let x = self.value(f, i.index(), inst, &args)?;
                    f.values[inst.results[0].index()] = mask(func.ty(inst.results[0]), x);
                }
            }
        }
        Err("a block without terminator".into())
    }

    /// At a poll: hands the call over if this is the visit to do so.
    fn leave(&mut self, f: &Frame<'_>, header: Block, number: i64) -> Option<Result<(i32, Vec<u64>), String>> {
        let c = self.changeover.as_mut()?;
        if i64::from(c.number) != number || !std::ptr::eq(f.func, &self.module.funcs[c.func.index()]) {
            return None;
        }
        c.visits -= 1;
        if c.visits > 0 {
            return None;
        }
        let live: Vec<u64> = crate::osr::live_values(f.func, header).iter().map(|v| f.values[v.index()]).collect();
        self.changeover.take().map(|c| (c.take_over)(&live))
    }

    /// Operations with one result and no effect.
    fn value(&mut self, f: &mut Frame<'_>, position: usize, inst: &InstData, args: &[u64]) -> Result<u64, String> {
        let ty = inst.ty;
        let from = inst.args.first().map_or(Ty::I1, |v| f.func.ty(*v));
        let (a, b) = (args.first().copied().unwrap_or(0), args.get(1).copied().unwrap_or(0));
        Ok(match inst.op {
            Op::Iconst | Op::Fconst | Op::AddrConst => inst.imm as u64,
            Op::SymAddr => match inst.aux {
                Aux::Sym(s) => crate::symbols::address(self.module.symbols[s.index()].name).addr() as u64,
                _ => 0,
            },
            Op::FuncAddr => match inst.aux {
                Aux::Func(g) => self.callback(g)? as u64,
                _ => 0,
            },
            Op::StackAddr => {
                let index = match f.objects.iter().position(|(p, _)| *p == position) {
                    Some(k) => k,
                    None => {
                        f.objects.push((position, vec![0; (inst.imm as usize).div_ceil(16)]));
                        f.objects.len() - 1
                    }
                };
                f.objects[index].1.as_mut_ptr().addr() as u64
            }
            Op::GetCtx => self.ctx.addr() as u64,
            // SAFETY: the context is this thread's.
            Op::LoadPoll => u64::from(unsafe { (*self.ctx).poll.load(Ordering::Relaxed) }),
            // SAFETY: contract of `run`.
            Op::Load => unsafe { read(a.wrapping_add(inst.imm as u64), ty.bytes()) },
            Op::PtrAdd => a.wrapping_add(b),
            Op::PtrIndex => a.wrapping_add(b.wrapping_mul(inst.imm as u64)),
            Op::Select => if a & 1 != 0 { b } else { args[2] },
            Op::Icmp | Op::Fcmp => match inst.aux {
                Aux::Cc(cc) => u64::from(compare(cc, ty, a, b)),
                _ => 0,
            },
            Op::Sext => signed(from, a) as u64,
            Op::Zext | Op::Itrunc | Op::Bitcast => a,
            Op::Sitofp => int_to_float(ty, signed(from, a)),
            Op::Uitofp => if ty == Ty::F32 { u64::from((a as f32).to_bits()) } else { (a as f64).to_bits() },
            Op::Fptosi => float_to_int(ty, float(from, a)),
            Op::Fptoui => float_to_unsigned(ty, float(from, a)),
            Op::Fpcast => bits(ty, float(from, a)),
            op if ty.is_float() => float_op(op, ty, args),
            op => int_op(op, ty, a, b)?,
        })
    }

    fn outside(&mut self, f: &Frame<'_>, inst: &InstData, args: &[u64]) -> Result<Vec<u64>, String> {
        let tys: Vec<Ty> = inst.args.iter().map(|v| f.func.ty(*v)).collect();
        match inst.aux {
            Aux::Sym(s) => {
                let Symbol { name, sig, .. } = &self.module.symbols[s.index()];
                // SAFETY: contract of `run`; the table has the C signature.
                Ok(unsafe { native_call(crate::symbols::address(name), &tys, args, sig.results.first().copied()) })
            }
            Aux::Func(g) => {
                let count = self.module.funcs[g.index()].results.len();
                self.call(g, args).map(|(status, results)| with_status(status, results, count))
            }
            Aux::Import(g) => {
                let import = self.module.imports[g.index()].clone();
                let count = import.sig.results.len();
                if let Some(module) = import.module.get() {
                    // SAFETY: contract of `run`.
                    let (status, results) = unsafe { run(module, FuncId(0), self.ctx, args)? };
                    return Ok(with_status(status, results, count));
                }
                let code = import.entry.direct.load(Ordering::Acquire);
                if code.is_null() {
                    return Err(format!("{} has no code", import.name));
                }
                let mut results = vec![0u64; count];
                let mut all = vec![self.ctx.addr() as u64];
                all.extend(args);
                all.push(results.as_mut_ptr().addr() as u64);
                let mut all_tys = vec![Ty::Ptr];
                all_tys.extend(tys);
                all_tys.push(Ty::Ptr);
                // SAFETY: contract of `run`; the cell holds code of this type.
                let status = unsafe { native_call(code, &all_tys, &all, Some(Ty::I32)) };
                results.insert(0, status[0]);
                Ok(results)
            }
            _ => Err("a call of nothing".into()),
        }
    }

    /// A native address for a function of the module.
    fn callback(&mut self, g: FuncId) -> Result<usize, String> {
        if let Some((_, slot)) = self.callbacks.iter().find(|(f, _)| *f == g) {
            return Ok(THUNKS[*slot] as *const () as usize);
        }
        let tys = self.module.funcs[g.index()].signature().params;
        let floats = tys.iter().filter(|t| t.is_float()).count();
        if tys.len() - floats > 4 || floats > 8 {
            return Err("a callback with more parameters than registers".into());
        }
        let mut slots = SLOTS.lock().unwrap_or_else(|e| e.into_inner());
        let free = slots.iter().position(Option::is_none);
        let slot = match free {
            Some(s) => s,
            None if slots.len() < THUNKS.len() => {
                slots.push(None);
                slots.len() - 1
            }
            None => return Err("too many callbacks at once".into()),
        };
        slots[slot] = Some((self.module.clone(), g));
        self.callbacks.push((g, slot));
        Ok(THUNKS[slot] as *const () as usize)
    }
}

impl Drop for Interp<'_> {
    fn drop(&mut self) {
        let mut slots = SLOTS.lock().unwrap_or_else(|e| e.into_inner());
        for (_, slot) in &self.callbacks {
            slots[*slot] = None;
        }
    }
}

/// What a `call` gives: status, then the results, whatever they are when the
/// callee failed.
fn with_status(status: i32, results: Vec<u64>, count: usize) -> Vec<u64> {
    let mut all = vec![u64::from(status as u32)];
    all.extend(results);
    all.resize(count + 1, 0);
    all
}

fn compare(cc: Cc, ty: Ty, a: u64, b: u64) -> bool {
    let (x, y) = if ty.is_int() { (signed(ty, a), signed(ty, b)) } else { (a as i64, b as i64) };
    let (p, q) = if cc.is_float() { (float(ty, a), float(ty, b)) } else { (0.0, 0.0) };
    match cc {
        Cc::Eq => a == b,
        Cc::Ne => a != b,
        Cc::Slt => x < y,
        Cc::Sle => x <= y,
        Cc::Sgt => x > y,
        Cc::Sge => x >= y,
        Cc::Ult => a < b,
        Cc::Ule => a <= b,
        Cc::Ugt => a > b,
        Cc::Uge => a >= b,
        Cc::Oeq => p == q,
        Cc::Une => p != q,
        Cc::Olt => p < q,
        Cc::Ole => p <= q,
        Cc::Ogt => p > q,
        Cc::Oge => p >= q,
        Cc::Nolt => !matches!(p.partial_cmp(&q), Some(std::cmp::Ordering::Less)),
        Cc::Nole => !matches!(p.partial_cmp(&q), Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)),
        Cc::Nogt => !matches!(p.partial_cmp(&q), Some(std::cmp::Ordering::Greater)),
        Cc::Noge => !matches!(p.partial_cmp(&q), Some(std::cmp::Ordering::Greater | std::cmp::Ordering::Equal)),
    }
}

fn int_to_float(ty: Ty, x: i64) -> u64 {
    if ty == Ty::F32 { u64::from((x as f32).to_bits()) } else { (x as f64).to_bits() }
}

fn float_to_int(ty: Ty, x: f64) -> u64 {
    let x = x.trunc();
    if ty == Ty::I64 {
        if x >= -(2f64.powi(63)) && x < 2f64.powi(63) { x as i64 as u64 } else { i64::MIN as u64 }
    } else if x >= -(2f64.powi(31)) && x < 2f64.powi(31) {
        x as i64 as u64
    } else {
        i32::MIN as u32 as u64
    }
}

fn float_to_unsigned(ty: Ty, x: f64) -> u64 {
    let limit = 2f64.powi(63);
    if ty != Ty::I64 || x.partial_cmp(&limit) == Some(std::cmp::Ordering::Less) {
        float_to_int(Ty::I64, x)
    } else {
        float_to_int(Ty::I64, x - limit) ^ 1 << 63
    }
}

fn float_op(op: Op, ty: Ty, args: &[u64]) -> u64 {
    let x = |n: usize| float(ty, args[n]);
    let sign = 1u64 << (8 * ty.bytes() - 1);
    match op {
        // Signs are bits: a NaN keeps its payload.
        Op::Fneg => args[0] ^ sign,
        Op::Fabs => args[0] & !sign,
        Op::Copysign => args[0] & !sign | args[1] & sign,
        Op::Fma if ty == Ty::F32 => {
            let f = |n: usize| f32::from_bits(args[n] as u32);
            u64::from(f(0).mul_add(f(1), f(2)).to_bits())
        }
        op => bits(ty, match op {
            Op::Fadd => x(0) + x(1),
            Op::Fsub => x(0) - x(1),
            Op::Fmul => x(0) * x(1),
            Op::Fdiv => x(0) / x(1),
            Op::Sqrt => x(0).sqrt(),
            Op::Floor => x(0).floor(),
            Op::Ceil => x(0).ceil(),
            Op::Trunc => x(0).trunc(),
            Op::Rint => x(0).round_ties_even(),
            Op::Fma => x(0).mul_add(x(1), x(2)),
            _ => f64::NAN,
        }),
    }
}

fn int_op(op: Op, ty: Ty, a: u64, b: u64) -> Result<u64, String> {
    let (x, y) = (signed(ty, a), signed(ty, b));
    let count = b as u32 & (ty.bits() - 1);
    let fits = |wide: i128| u64::from(wide != i128::from(signed(ty, wide as u64)));
    let (wx, wy) = (i128::from(x), i128::from(y));
    if b == 0 && matches!(op, Op::Sdiv | Op::Udiv | Op::Srem | Op::Urem) {
        return Err("division by zero, which lowering guards against".into());
    }
    Ok(match op {
        Op::Iadd => a.wrapping_add(b),
        Op::Isub => a.wrapping_sub(b),
        Op::Imul => a.wrapping_mul(b),
        Op::Sdiv => x.wrapping_div(y) as u64,
        Op::Srem => x.wrapping_rem(y) as u64,
        Op::Udiv => a / b,
        Op::Urem => a % b,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::Shl => a << count,
        Op::Lshr => a >> count,
        Op::Ashr => (x >> count) as u64,
        Op::SaddO => fits(wx + wy),
        Op::SsubO => fits(wx - wy),
        Op::SmulO => fits(wx * wy),
        op => return Err(format!("{} is not interpreted", op.text())),
    })
}

/// # Safety
/// `bytes` bytes at `at` are readable.
unsafe fn read(at: u64, bytes: u32) -> u64 {
    let p = at as usize;
    // SAFETY: contract of this function.
    unsafe {
        match bytes {
            1 => u64::from((p as *const u8).read_unaligned()),
            2 => u64::from((p as *const u16).read_unaligned()),
            4 => u64::from((p as *const u32).read_unaligned()),
            _ => (p as *const u64).read_unaligned(),
        }
    }
}

/// # Safety
/// `bytes` bytes at `at` are writable.
unsafe fn write(at: u64, bytes: u32, x: u64) {
    let p = at as usize;
    // SAFETY: contract of this function.
    unsafe {
        match bytes {
            1 => (p as *mut u8).write_unaligned(x as u8),
            2 => (p as *mut u16).write_unaligned(x as u16),
            4 => (p as *mut u32).write_unaligned(x as u32),
            _ => (p as *mut u64).write_unaligned(x),
        }
    }
}

/// Words of stack arguments that a native call passes.
const STACK_WORDS: usize = 16;

macro_rules! native_type {
    ($result:ty) => {
        unsafe extern "C" fn(
            u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64,
            u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64,
        ) -> $result
    };
}

/// Calls a C function whose arguments have these types.
///
/// # Safety
/// The function has this signature and may be called with these arguments.
unsafe fn native_call(address: *const u8, tys: &[Ty], args: &[u64], result: Option<Ty>) -> Vec<u64> {
    let (mut i, mut f, mut s) = (Vec::new(), Vec::new(), Vec::new());
    for (t, a) in tys.iter().zip(args) {
        if t.is_float() && f.len() < 8 {
            f.push(f64::from_bits(*a));
        } else if !t.is_float() && i.len() < 6 {
            i.push(*a);
        } else {
            s.push(*a);
        }
    }
    assert!(s.len() <= STACK_WORDS, "a native call has at most {STACK_WORDS} stack arguments");
    i.resize(6, 0);
    f.resize(8, 0.0);
    s.resize(STACK_WORDS, 0);
    macro_rules! call {
        ($t:ty) => {{
            // SAFETY: the callee reads the registers and stack words of its
            // own signature only (module header).
            let g: native_type!($t) = unsafe { std::mem::transmute(address) };
            // SAFETY: contract of this function.
            unsafe {
                g(
                    i[0], i[1], i[2], i[3], i[4], i[5], f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7],
                    s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15],
                )
            }
        }};
    }
    match result {
        None => {
            call!(u64);
            vec![]
        }
        Some(Ty::F32) => vec![u64::from(call!(f32).to_bits())],
        Some(Ty::F64) => vec![call!(f64).to_bits()],
        Some(t) => vec![mask(t, call!(u64))],
    }
}

/// What the native entries of [`THUNKS`] run.
static SLOTS: Mutex<Vec<Slot>> = Mutex::new(Vec::new());

/// A function with a native entry; free slots are `None`.
type Slot = Option<(Arc<Module>, FuncId)>;

type Thunk = extern "C" fn(u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64) -> i32;

/// Native entry number `N`: runs the function of its slot.
#[allow(clippy::too_many_arguments, reason = "one for each argument register")]
extern "C" fn thunk<const N: usize>(
    i0: u64, i1: u64, i2: u64, i3: u64, i4: u64, i5: u64, f0: f64, f1: f64, f2: f64, f3: f64, f4: f64, f5: f64, f6: f64, f7: f64,
) -> i32 {
    let slot = SLOTS.lock().unwrap_or_else(|e| e.into_inner()).get(N).cloned().flatten();
    let Some((module, func)) = slot else { return STATUS_TRAP };
    let (ints, floats) = ([i1, i2, i3, i4, i5], [f0, f1, f2, f3, f4, f5, f6, f7]);
    let (mut i, mut f) = (0, 0);
    let mut args = Vec::new();
    for t in module.funcs[func.index()].signature().params {
        if t.is_float() {
            args.push(floats[f].to_bits());
            f += 1;
        } else {
            args.push(ints[i]);
            i += 1;
        }
    }
    let (ctx, results) = (i0 as usize as *mut Ctx, ints[i]);
    // SAFETY: the caller passes what the raw ABI of the module's functions
    // asks for: its context, the arguments, a pointer to result slots.
    unsafe {
        match run(&module, func, ctx, &args) {
            Ok((status, values)) => {
                for (n, v) in values.iter().enumerate() {
                    write(results + 8 * n as u64, 8, *v);
                }
                status
            }
            Err(message) => {
                taipan_trap(ctx, TrapKind::ValueText as u32, 0, intern(&message), 0, 0, 0);
                STATUS_TRAP
            }
        }
    }
}

macro_rules! thunks {
    ($($n:literal)*) => { [$( thunk::<$n> ),*] };
}

/// Native entries for functions whose address was taken.
static THUNKS: [Thunk; 32] = thunks!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);

/// The text of a slot's value: i1 as 0 or 1, other integers signed.
pub fn slot_text(ty: Ty, x: u64) -> String {
    match ty {
        Ty::F32 => format!("{:?}", f32::from_bits(x as u32)),
        Ty::F64 => format!("{:?}", f64::from_bits(x)),
        Ty::I1 => (x & 1).to_string(),
        t if t.is_int() => signed(t, x).to_string(),
        _ => format!("{x:#x}"),
    }
}

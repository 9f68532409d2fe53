//! The tier of `-X jit=lir`: units whose LIR is interpreted.
//!
//! No user wants it; it is the oracle that whole programs are compared with
//! when a back end is suspected. The entries must be native code like any
//! other unit's, so each unit gets a small LIR function, compiled by the
//! baseline back end, that puts its arguments into memory, calls
//! [`taipan_interpret`], and returns (or exits, or traps) as that says.
//!
//! `unsafe` room: [`taipan_interpret`] gets the module as the address that
//! [`wrap`] put into the code; it leaks one reference, as units live as long
//! as the process.

use crate::lir::interp;
use crate::lir::op::{Cc, Op};
use crate::lir::{Aux, Builder, Func, FuncId, Module, Symbol, Ty};
use crate::symbols;
use std::collections::BTreeMap;
use std::sync::Arc;
use taipan_runtime::trap::{Ctx, STATUS_EXIT, STATUS_OK, STATUS_TRAP, TrapKind, intern, taipan_trap};

/// The symbol of this tier.
pub const ROWS: symbols::Rows = crate::symbol_rows! {
    call taipan_interpret(Ptr, Ptr, Ptr, Ptr) -> I32 = taipan_interpret;
};

/// Size of a slot in bytes.
const SLOT: i64 = 8;

/// A module whose function 0 looks like the given module's and has it
/// interpreted.
pub fn wrap(module: &Arc<Module>) -> Module {
    let inner = &module.funcs[0];
    let sig = inner.signature();
    let mut exits: BTreeMap<i64, Vec<Ty>> = BTreeMap::new();
    for exit in inner.insts.iter().filter(|i| i.op == Op::Exit) {
        exits.insert(exit.imm, exit.args.iter().map(|v| inner.ty(*v)).collect());
    }
    let slots = exits.values().map(Vec::len).chain([sig.results.len()]).max().unwrap_or(0);
    let mut outer = Module::default();
    let mut b = Builder::new(&mut outer, Func::new(inner.name.clone(), &sig));
    let params = b.func.blocks[0].params.clone();
    let area = |b: &mut Builder<'_>, n: usize| b.op(Op::StackAddr, Ty::Ptr, &[], SLOT * n.max(1) as i64);
    let (args, results) = (area(&mut b, params.len()), area(&mut b, slots));
    for (n, p) in params.iter().enumerate() {
        b.store(args, *p, SLOT * n as i64);
    }
    let ctx = b.op(Op::GetCtx, Ty::Ptr, &[], 0);
    let address = Arc::into_raw(module.clone()).expose_provenance() as i64;
    let target = b.op(Op::AddrConst, Ty::Ptr, &[], address);
    let symbol: Symbol = symbols::symbol("taipan_interpret");
    let Some(status) = b.call_sym(&symbol, &[ctx, target, args, results]) else { return outer };
    for (number, types) in exits {
        let code = b.iconst(Ty::I32, i64::from(STATUS_EXIT) + number);
        let here = b.icmp(Cc::Eq, status, code);
        let (exit, on) = (b.new_block(), b.new_block());
        b.brif(here, (exit, &[]), (on, &[]));
        b.switch_to(exit);
        let values = load_all(&mut b, results, &types);
        b.push(Op::Exit, Ty::I1, &values, number, Aux::None, &[]);
        b.switch_to(on);
    }
    b.check_status(status);
    let values = load_all(&mut b, results, &sig.results);
    b.ret(&values);
    let func = b.finish();
    outer.funcs.push(func);
    outer
}

fn load_all(b: &mut Builder<'_>, from: crate::lir::Value, types: &[Ty]) -> Vec<crate::lir::Value> {
    types.iter().enumerate().map(|(n, t)| b.load(*t, from, SLOT * n as i64)).collect()
}

/// Interprets function 0 of a module: arguments from and results to slots.
/// What the LIR interpreter cannot do is a `RuntimeError` in the program.
///
/// # Safety
/// `ctx` is the calling thread's context, `module` comes from [`wrap`], the
/// slots are those of its signature.
unsafe extern "C" fn taipan_interpret(ctx: *mut Ctx, module: *const u8, args: *const u64, results: *mut u64) -> i32 {
    // SAFETY: contract of this function; the reference taken back here is
    // given away again, so that the module stays.
    let module = unsafe {
        Arc::increment_strong_count(module.cast::<Module>());
        Arc::from_raw(module.cast::<Module>())
    };
    let count = module.funcs[0].blocks[0].params.len();
    // SAFETY: contract of this function.
    let args = unsafe { std::slice::from_raw_parts(args, count) };
    // SAFETY: contract of this function; the code is safe to run as machine code.
    match unsafe { interp::run(&module, FuncId(0), ctx, args) } {
        Ok((status, values)) => {
            debug_assert!(status == STATUS_OK || status == STATUS_TRAP || status >= STATUS_EXIT);
            for (n, v) in values.iter().enumerate() {
                // SAFETY: contract of this function.
                unsafe { results.add(n).write(*v) };
            }
            status
        }
        Err(message) => {
            let text = intern(&format!("the LIR interpreter: {message}"));
            // SAFETY: contract of this function.
            unsafe { taipan_trap(ctx, TrapKind::ValueText as u32, 0, text, 0, 0, 0) };
            STATUS_TRAP
        }
    }
}

//! Whole-array expressions.
//!
//! Elementwise operations are not run one by one: an expression whose parts
//! have no other use (the `fuse` pass says so) becomes one loop nest that
//! computes every element of the result from the elements of the operands.
//! [`Expr`] is that tree. If all operands are contiguous by type and have the
//! same number of dimensions, a check at run time that their sizes agree picks
//! a single flat loop; otherwise a nest with NumPy's broadcasting runs.

use super::value::ArrayVal;
use crate::error::CompileError;
use crate::hir::types::{ArrayType, DType, Layout, Type};
use crate::hir;
use crate::library::ufunc;
use crate::lir::op::{Cc, Op};
use crate::lir::{Ty, Value};
use crate::lower::{Lowerer, Parts};
use taipan_runtime::buffer::BUFFER_DATA;
use taipan_runtime::trap::TrapKind;

/// Message for sizes whose product overflows, as NumPy words it.
const TOO_BIG: &str = "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";

/// What is done to the elements.
#[derive(Clone, Debug)]
pub enum ElementOp {
    /// A NumPy ufunc's loop.
    Ufunc(ufunc::Loop),
    /// `np.where(c, a, b)`.
    Where,
    /// Conversion.
    Cast,
}

/// An elementwise expression.
#[derive(Clone, Debug)]
pub enum Expr {
    Array(ArrayVal),
    Scalar(DType, Parts),
    /// `inputs` are the dtypes that the operands are converted to.
    Apply { op: ElementOp, args: Vec<Expr>, inputs: Vec<DType>, dtype: DType },
}

impl Expr {
    /// Element type.
    pub fn dtype(&self) -> DType {
        match self {
            Expr::Array(a) => a.ty.dtype,
            Expr::Scalar(d, _) => *d,
            Expr::Apply { dtype, .. } => *dtype,
        }
    }
    /// Every array operand.
    pub fn arrays<'e>(&'e self, out: &mut Vec<&'e ArrayVal>) {
        match self {
            Expr::Array(a) => out.push(a),
            Expr::Scalar(..) => {}
            Expr::Apply { args, .. } => args.iter().for_each(|e| e.arrays(out)),
        }
    }
    /// The same expression with every machine value replaced.
    pub fn map(&self, f: &mut dyn FnMut(Value) -> Value) -> Expr {
        match self {
            Expr::Array(a) => Expr::Array(ArrayVal { ty: a.ty, parts: a.parts.iter().map(|v| f(*v)).collect() }),
            Expr::Scalar(d, p) => Expr::Scalar(*d, p.iter().map(|v| f(*v)).collect()),
            Expr::Apply { op, args, inputs, dtype } => Expr::Apply {
                op: op.clone(),
                args: args.iter().map(|e| e.map(f)).collect(),
                inputs: inputs.clone(),
                dtype: *dtype,
            },
        }
    }
    /// Number of dimensions of the result.
    pub fn ndim(&self) -> usize {
        let mut arrays = vec![];
        self.arrays(&mut arrays);
        arrays.iter().map(|a| a.ndim()).max().unwrap_or(0)
    }
}

/// How a nest walks the operands.
pub enum Walk {
    /// One flat loop over this many elements; the sizes are the result's.
    Flat { n: Value, shape: Vec<Value> },
    /// One loop a dimension, operands broadcast.
    Strided { shape: Vec<Value> },
}

impl Walk {
    /// Sizes of the result.
    pub fn shape(&self) -> &[Value] {
        match self {
            Walk::Flat { shape, .. } | Walk::Strided { shape } => shape,
        }
    }
}

/// Addresses of the array operands' current elements, in `Expr::arrays` order.
pub type Cursor = Vec<Value>;

impl Lowerer<'_> {
    /// The expression that HIR value `v` stands for: a leaf, or the tree of an
    /// operation that was fused into its user.
    ///
    /// # Errors
    /// Types that are not elementwise operands.
    pub fn expr(&mut self, v: hir::Value) -> Result<Expr, CompileError> {
        if !self.is_lowered(v)
            && let Some(inst) = self.def_inst(v)
        {
            let to = self.ty(v).array().ok_or_else(|| CompileError::bug("fused value that is no array"))?;
            return self.apply_expr(&inst.op, to.dtype);
        }
        self.leaf(v)
    }

    fn leaf(&mut self, v: hir::Value) -> Result<Expr, CompileError> {
        match self.ty(v) {
            Type::Array(a) => Ok(Expr::Array(ArrayVal::new(*a, self.parts(v)))),
            Type::Scalar(d) => Ok(Expr::Scalar(*d, self.parts(v))),
            Type::Optional(_) => {
                let (d, p) = self.scalar_operand(v)?;
                Ok(Expr::Scalar(d, p))
            }
            t => Err(CompileError::bug(format!("array expression with an operand of type {t}"))),
        }
    }

    /// The expression of an elementwise HIR operation.
    ///
    /// # Errors
    /// Operations that are not elementwise.
    pub fn apply_expr(&mut self, op: &hir::Op, dtype: DType) -> Result<Expr, CompileError> {
        let ufunc = |name: &str| What::Ufunc(name.to_owned());
        let (what, operands) = match op {
            hir::Op::Binary { op, a, b, .. } => (ufunc(op.ufunc()), vec![*a, *b]),
            hir::Op::Unary { op, a } => (ufunc(op.ufunc()), vec![*a]),
            hir::Op::Compare { op, a, b } => (ufunc(op.ufunc()), vec![*a, *b]),
            hir::Op::Cast { a, .. } => (What::Cast, vec![*a]),
            hir::Op::Call { callee, args, .. } => {
                let path = match self.const_of(*callee) {
                    Some(hir::value::ConstValue::Global(g)) => crate::lower::library_path(&g).cloned(),
                    _ => None,
                };
                match path.as_deref().and_then(|p| p.strip_prefix("numpy.")) {
                    Some("where") => (What::Where, args.clone()),
                    Some(name) => (ufunc(name), args.clone()),
                    None => return Err(CompileError::bug("elementwise call of an unknown function")),
                }
            }
            o => return Err(CompileError::bug(format!("not elementwise: {o:?}"))),
        };
        let args = operands.into_iter().map(|v| self.expr(v)).collect::<Result<Vec<_>, _>>()?;
        apply(&what, args, dtype)
    }

    /// The value of the expression at the cursor's elements, converted to `to`.
    ///
    /// # Errors
    /// Operations without scalar form.
    pub fn element(&mut self, e: &Expr, cursor: &mut impl Iterator<Item = Value>, to: DType) -> Result<Parts, CompileError> {
        let parts = match e {
            Expr::Array(a) => {
                let at = cursor.next().ok_or_else(|| CompileError::bug("cursor shorter than the expression"))?;
                self.load_element(a.ty.dtype, at)
            }
            Expr::Scalar(_, p) => p.clone(),
            Expr::Apply { op, args, inputs, dtype } => {
                let values =
                    args.iter().zip(inputs).map(|(a, d)| self.element(a, cursor, *d)).collect::<Result<Vec<_>, _>>()?;
                match op {
                    ElementOp::Ufunc(l) => ufunc::lower(self, l, &values)?,
                    ElementOp::Where => values[1].iter().zip(&values[2]).map(|(a, b)| self.b.select(values[0][0], *a, *b)).collect(),
                    ElementOp::Cast => self.cast_scalar(&values[0], inputs[0], *dtype),
                }
            }
        };
        Ok(self.cast_scalar(&parts, e.dtype(), to))
    }

    /// Runs `body` for each element of the broadcast operands.
    ///
    /// Two versions of the loop are made when the flat one needs equal sizes
    /// that are only known at run time; `carried` values come out of whichever ran.
    ///
    /// # Errors
    /// Whatever the body gives.
    pub fn for_each_element(
        &mut self,
        e: &Expr,
        extra: &[ArrayVal],
        carried: &[Value],
        body: &mut dyn FnMut(&mut Self, &Expr, &[Value], &[Value]) -> Result<Vec<Value>, CompileError>,
    ) -> Result<Vec<Value>, CompileError> {
        let mut leaves = vec![];
        e.arrays(&mut leaves);
        let mut operands: Vec<ArrayVal> = leaves.into_iter().cloned().collect();
        let expr_len = operands.len();
        operands.extend(extra.iter().cloned());
        let shape = self.broadcast_shape(&operands[..expr_len])?;
        let flat = flat_layout(&operands);
        let Some(_) = flat else {
            return self.strided_nest(e, &operands, &shape, carried, body);
        };
        let Some(same) = self.same_sizes(&operands) else {
            return self.flat_loop(e, &operands, carried, body);
        };
        // Sizes may differ at run time: both versions.
        let (quick, general, after) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        let results: Vec<Value> = carried.iter().map(|c| self.b.func.add_param(after, self.b.func.ty(*c))).collect();
        self.b.func.blocks[general.index()].cold = true;
        self.b.brif(same, (quick, &[]), (general, &[]));
        self.b.switch_to(quick);
        let r = self.flat_loop(e, &operands, carried, body)?;
        self.b.jump(after, &r);
        self.b.switch_to(general);
        let r = self.strided_nest(e, &operands, &shape, carried, body)?;
        self.b.jump(after, &r);
        self.b.switch_to(after);
        Ok(results)
    }

    fn flat_loop(
        &mut self,
        e: &Expr,
        operands: &[ArrayVal],
        carried: &[Value],
        body: &mut dyn FnMut(&mut Self, &Expr, &[Value], &[Value]) -> Result<Vec<Value>, CompileError>,
    ) -> Result<Vec<Value>, CompileError> {
        let n = self.array_size(&operands[0]);
        let mut failed = None;
        let out = self.counted_loop(n, carried, true, &mut |l, i, c| {
            let cursor: Cursor =
                operands.iter().map(|a| l.b.op(Op::PtrIndex, Ty::Ptr, &[a.data(), i], a.itemsize())).collect();
            body(l, e, &cursor, c).unwrap_or_else(|x| {
                failed.get_or_insert(x);
                c.to_vec()
            })
        });
        failed.map_or(Ok(out), Err)
    }

    fn strided_nest(
        &mut self,
        e: &Expr,
        operands: &[ArrayVal],
        shape: &[Value],
        carried: &[Value],
        body: &mut dyn FnMut(&mut Self, &Expr, &[Value], &[Value]) -> Result<Vec<Value>, CompileError>,
    ) -> Result<Vec<Value>, CompileError> {
        let ndim = shape.len();
        // Stride of each operand along each dimension of the result; None = it
        // lacks that dimension.
        let strides: Vec<Vec<Option<Value>>> = operands.iter().map(|a| self.broadcast_strides(a, shape)).collect();
        let start: Cursor = operands.iter().map(ArrayVal::data).collect();
        let mut failed = None;
        let out = self.nest(
            shape,
            start,
            carried,
            &|l, dim, i, at: &Cursor| {
                let mut next = Vec::with_capacity(at.len());
                for (k, base) in at.iter().enumerate() {
                    next.push(match strides[k][dim] {
                        None => *base,
                        Some(_) if operands.len() == 1 && operands[k].is_unit_stride(dim + operands[k].ndim() - ndim) => {
                            l.b.op(Op::PtrIndex, Ty::Ptr, &[*base, i], operands[k].itemsize())
                        }
                        Some(s) => {
                            let offset = l.b.binary(Op::Imul, i, s);
                            l.b.op(Op::PtrAdd, Ty::Ptr, &[*base, offset], 0)
                        }
                    });
                }
                next
            },
            &mut |l, cursor, c| {
                body(l, e, cursor, c).unwrap_or_else(|x| {
                    failed.get_or_insert(x);
                    c.to_vec()
                })
            },
        );
        failed.map_or(Ok(out), Err)
    }

    fn broadcast_strides(&mut self, a: &ArrayVal, shape: &[Value]) -> Vec<Option<Value>> {
        let missing = shape.len() - a.ndim();
        let zero = self.i64(0);
        let one = self.i64(1);
        (0..shape.len())
            .map(|dim| {
                let own = dim.checked_sub(missing)?;
                let (size, stride) = (a.shape(own), a.stride(own));
                if size == shape[dim] {
                    return Some(stride);
                }
                let single = self.b.icmp(Cc::Eq, size, one);
                Some(self.b.select(single, zero, stride))
            })
            .collect()
    }

    /// Sizes of the broadcast of `operands`; raises when they do not fit.
    ///
    /// # Errors
    /// None so far.
    pub fn broadcast_shape(&mut self, operands: &[ArrayVal]) -> Result<Vec<Value>, CompileError> {
        let ndim = operands.iter().map(ArrayVal::ndim).max().unwrap_or(0);
        let one = self.i64(1);
        let mut shape = Vec::with_capacity(ndim);
        for dim in 0..ndim {
            let mut size: Option<Value> = None;
            for a in operands {
                let Some(own) = (dim + a.ndim()).checked_sub(ndim) else { continue };
                let n = a.shape(own);
                size = Some(match size {
                    None => n,
                    Some(s) if s == n => s,
                    Some(s) => {
                        let s_one = self.b.icmp(Cc::Eq, s, one);
                        let joint = self.b.select(s_one, n, s);
                        let differs = self.b.icmp(Cc::Ne, n, joint);
                        let n_many = self.b.icmp(Cc::Ne, n, one);
                        let bad = self.b.binary(Op::And, differs, n_many);
                        let axis = self.i64(dim as i64);
                        self.b.trap_if(bad, TrapKind::Broadcast, &[s, n, axis]);
                        joint
                    }
                });
            }
            shape.push(size.unwrap_or(one));
        }
        Ok(shape)
    }

    /// i1: do all operands have the sizes of the first? `None` = known without
    /// looking.
    fn same_sizes(&mut self, operands: &[ArrayVal]) -> Option<Value> {
        let mut same: Option<Value> = None;
        for a in &operands[1..] {
            for d in 0..a.ndim() {
                let (x, y) = (operands[0].shape(d), a.shape(d));
                if x != y {
                    let eq = self.b.icmp(Cc::Eq, x, y);
                    same = Some(same.map_or(eq, |s| self.b.binary(Op::And, s, eq)));
                }
            }
        }
        same
    }

    /// A new array of these sizes.
    pub fn new_array(&mut self, ty: ArrayType, shape: &[Value], zeroed: bool) -> ArrayVal {
        let itemsize = ty.dtype.itemsize() as i64;
        let n = self.product(shape);
        let width = self.i64(itemsize);
        let bytes = self.b.binary(Op::Imul, n, width);
        let zeroed = self.b.iconst(Ty::I32, i64::from(zeroed));
        let owner = self.runtime("taipan_buffer_alloc", &[bytes, zeroed]).expect("allocation has a result");
        let null = self.b.iconst(Ty::Ref, 0);
        let failed = self.b.icmp(Cc::Eq, owner, null);
        self.b.trap_if(failed, TrapKind::Memory, &[bytes]);
        let data = self.b.load(Ty::Ptr, owner, BUFFER_DATA);
        let strides = self.contiguous_strides(shape, itemsize, ty.layout == Layout::F);
        ArrayVal::assemble(ty, owner, data, shape, &strides)
    }

    /// Raises ValueError for negative sizes and for products that overflow,
    /// before anything is allocated.
    pub fn check_sizes(&mut self, shape: &[Value], itemsize: i64) {
        let zero = self.i64(0);
        let mut bytes = self.i64(itemsize);
        for n in shape {
            let negative = self.b.icmp(Cc::Slt, *n, zero);
            self.b.trap_if(negative, TrapKind::NegativeDimension, &[]);
            let over = self.b.op(Op::SmulO, Ty::I64, &[bytes, *n], 0);
            let product = self.b.binary(Op::Imul, bytes, *n);
            self.trap_text_if(over, TrapKind::ValueText, TOO_BIG);
            bytes = product;
        }
    }

    /// Computes the expression into a new array of type `ty`.
    ///
    /// # Errors
    /// Operations without scalar form.
    pub fn materialise(&mut self, e: &Expr, ty: ArrayType) -> Result<ArrayVal, CompileError> {
        let mut leaves = vec![];
        e.arrays(&mut leaves);
        let operands: Vec<ArrayVal> = leaves.into_iter().cloned().collect();
        let shape = self.broadcast_shape(&operands)?;
        let result = self.new_array(ty, &shape, false);
        self.assign_elements(e, &result)?;
        Ok(result)
    }

    /// Stores the expression's elements into `to`, which has its shape.
    ///
    /// # Errors
    /// Operations without scalar form.
    pub fn assign_elements(&mut self, e: &Expr, to: &ArrayVal) -> Result<(), CompileError> {
        if self.parallel_expressions() {
            return self.parallel_assign(e, to);
        }
        let dtype = to.ty.dtype;
        self.for_each_element(e, std::slice::from_ref(to), &[], &mut |l, e, cursor, _| {
            let (target, sources) = cursor.split_last().expect("the target is the last operand");
            let parts = l.element(e, &mut sources.iter().copied(), dtype)?;
            l.store_element(*target, &parts);
            Ok(vec![])
        })?;
        Ok(())
    }
}

/// An elementwise operation by name.
#[derive(Clone, Debug)]
pub enum What {
    Ufunc(String),
    Where,
    Cast,
}

/// The expression of one operation on others, its loop chosen; `dtype` counts
/// for operations that may give any (`where`, conversions).
///
/// # Errors
/// Operand types without a loop.
pub fn apply(what: &What, args: Vec<Expr>, dtype: DType) -> Result<Expr, CompileError> {
    let dtypes: Vec<DType> = args.iter().map(Expr::dtype).collect();
    Ok(match what {
        What::Ufunc(name) => {
            let chosen = ufunc::resolve(name, &dtypes)?;
            let (inputs, dtype) = (chosen.inputs.clone(), chosen.output);
            Expr::Apply { op: ElementOp::Ufunc(chosen), args, inputs, dtype }
        }
        What::Where => Expr::Apply { op: ElementOp::Where, args, inputs: vec![DType::Bool, dtype, dtype], dtype },
        What::Cast => Expr::Apply { op: ElementOp::Cast, args, inputs: dtypes, dtype },
    })
}

/// The common layout that makes one flat loop right, if there is one.
fn flat_layout(operands: &[ArrayVal]) -> Option<Layout> {
    let first = operands.first()?;
    let one_dim = first.ndim() == 1;
    operands
        .iter()
        .all(|a| a.is_contiguous() && a.ndim() == first.ndim() && (one_dim || a.ty.layout == first.ty.layout))
        .then_some(first.ty.layout)
}

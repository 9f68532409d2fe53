# The array object: attributes, views, indexing, assignment, operators, errors.
import warnings
import numpy as np


def show(text, env=None):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = repr(eval(text, {"np": np, **(env or {})}))
        except Exception as e:
            result = f"!! {type(e).__name__}: {str(e).splitlines()[0]}"
    print(text, "->", result, *[f"[{w.category.__name__}: {w.message}]" for w in caught])


def run(text, names):
    env = {"np": np}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(text, env)
            result = [env[n] for n in names.split()]
        except Exception as e:
            result = f"!! {type(e).__name__}: {str(e).splitlines()[0]}"
    print(text, "->", result, *[f"[{w.category.__name__}: {w.message}]" for w in caught])


for text in [
    "np.array([1,2.5])", "np.array([1,2**63])", "np.array([2**63])", "np.array([True,2])", "np.array([1,1j])", "np.array([[1,2],[3,4]]).dtype",
    "np.array([1,np.float32(2)]).dtype", "np.array([np.float32(1),np.float32(2)])", "np.array([[1,2],[3]])", "np.array([[1,2],3])", "np.array([np.ones(2),np.ones(3)])",
    "np.array([np.ones(2),[3,4]])", "np.array(range(3))", "np.array((1,2))", "np.array(5)", "np.array([[]]).shape", "np.array([[],[]]).shape", "np.array()",
    "np.array([1,2],dtype=float)", "np.array([1.7,2.2],dtype=int)", "np.array([1,300],np.uint8)", "np.array([1,2],ndmin=3).shape", "np.asarray([1,2],copy=False)",
    "np.array(['1.5','2'],dtype=float)", "np.array([None],dtype=float)", "np.array(memoryview(b'abc'))", "np.array(bytearray(b'ab'))", "np.zeros(3)", "np.zeros((2,2),int)", "np.zeros(-1)",
    "np.zeros(3,'foo')", "np.zeros(3.0)", "np.ones((2,3),order='F').flags.f_contiguous", "np.full((2,2),7)", "np.full(3,1.5)", "np.full(3,300,np.uint8)", "np.full((2,2),[1,2])",
    "np.arange(5)", "np.arange(2,8,2)", "np.arange(5,0,-1)", "np.arange(1,1.3,.1)", "np.arange(0,1,.1)", "np.arange(3.0)", "np.arange(10,0)", "np.arange(3,dtype='f4')", "np.arange(0,10,0)",
    "np.linspace(0,1,5)", "np.linspace(0,1,3,endpoint=False)", "np.linspace(1,10,4,dtype=int)", "np.linspace(0,1,-1)", "np.linspace([0,1],[1,2],3)", "np.linspace(0,10,5,retstep=True)", "np.linspace(0,1,11)[3]",
    "np.logspace(0,2,3)", "np.geomspace(1,1000,4)", "np.eye(3)", "np.eye(2,3,k=1)", "np.identity(2,int)", "np.diag([1,2])", "np.diag(np.arange(9).reshape(3,3),1)", "np.tri(3)", "np.tril(np.ones((3,3)))", "np.triu(np.arange(9).reshape(3,3))",
    "np.meshgrid([1,2],[3,4,5])", "np.indices((2,3))", "np.fromfunction(lambda i,j:i+j,(2,3))", "np.fromiter((x*x for x in range(4)),float)", "np.frombuffer(b'\\x01\\x02\\x03\\x04',np.uint8)", "np.frombuffer(b'abc','u2')", "np.mgrid[0:3,0:2]", "np.ogrid[0:3,0:2]", "np.r_[1:4,0,4]", "np.c_[[1,2],[3,4]]",
    "np.zeros_like([1,2])", "np.ones_like(np.arange(4).reshape(2,2),dtype=float)", "np.empty_like(np.ones((2,3))).shape", "np.full_like([1,2],9)", "np.zeros((3,4)).T.shape", "np.arange(6).reshape(2,3).strides", "np.arange(6).reshape(2,3).T.strides",
    "np.arange(6).reshape(4,2)", "np.arange(6).reshape(-1,2)", "np.arange(6).reshape(-1,4)", "np.arange(6).reshape(-1,-1)", "np.arange(6).reshape((3,2),order='F')", "np.ones((2,3)).transpose(1,0).shape", "np.ones((2,3)).transpose(0,0)", "np.ones((1,2,1)).squeeze().shape", "np.ones((1,2,1)).squeeze(1)", "np.ones((2,3,4)).swapaxes(0,2).shape",
    "np.arange(4).astype(float)", "np.arange(3).astype('c8')", "np.array([1.5,-1.5]).astype(int)", "np.array([300.7]).astype(np.uint8)", "np.array([np.nan]).astype(int)", "np.array([1+2j]).astype(float)", "np.array([1.5]).astype(int,casting='safe')", "np.array([0,1,2]).astype(bool)", "np.arange(3).tolist()", "np.array([[1.5]]).item()", "np.arange(3).item()", "np.arange(3).item(1)", "np.arange(6).reshape(2,3).item(1,2)", "np.arange(4,dtype='u1').view('u2')", "np.array([1.5]).view('i8')", "np.arange(3).tobytes()", "memoryview(np.arange(3)).format", "bytes(np.arange(2,dtype='u1'))", "np.arange(3).flags", "np.array(5).shape", "np.arange(6).reshape(2,3).size", "np.arange(3).nbytes", "np.arange(3).base", "np.arange(6)[::2].base is None", "np.array([1+2j]).real", "np.array([1+2j]).imag", "np.array([1,2]).imag", "np.arange(3).foo",
    "len(np.array(5))", "len(np.ones((3,2)))", "bool(np.array([1,2]))", "bool(np.array([]))", "bool(np.array([0]))", "int(np.array(5))", "int(np.array([[1]]))", "float(np.array(2.5))", "list(np.arange(3))", "list(np.arange(4).reshape(2,2))", "iter(np.array(1))", "3 in np.arange(5)", "9 in np.arange(5)", "hash(np.arange(3))", "np.arange(3)==None", "np.arange(3)==[0,1,2]", "np.arange(3)==np.arange(4)", "np.arange(3)=='a'", "np.arange(3)<'a'",
]:
    show(text)

x = np.arange(24).reshape(2, 3, 4)
for key in [
    "0", "-1", "2", "0,1", "0,1,2", "0,1,2,3", "0,3", "...", "...,0", ":,1", ":,:,::2", "::-1", "1:", ":,1:3,::-1", "None", "None,0", ":,None", "[0,1]", "[0,1],[1,2]", "[[0],[1]],[[1,2]]", "0,:,[0,1]", "[0],:,[0,1]", ":,[0,1],0", "x>5", "x[...,0]>5", "True", "False",
    "[True,False]", "[True,False,True]", "np.array(0)", "1.0", "'a'", "np.int64(1)", "slice(0,1)", "(slice(None),)*3", "[]", "1:'a'", "...,...", ":,[True,False,True]", "::0", "np.array([0,5])", "5:", "[-1]", "np.newaxis,...", "[[1,0],[0,1]]",
]:
    try:
        k = eval(f"x[{key}]")
        print(key, "->", type(k).__name__, getattr(k, "shape", None), np.asarray(k).ravel().tolist()[:8])
    except Exception as e:
        print(key, "->", type(e).__name__, e)

for text, names in [
    ("a=np.arange(5); a[1]=10", "a"), ("a=np.arange(5); a[1:3]=7", "a"), ("a=np.arange(5); a[::2]=[9,8,7]", "a"), ("a=np.arange(5); a[[0,0,1]]+=1", "a"), ("a=np.arange(5); a[a>2]=0", "a"), ("a=np.arange(5); a[a>2]=[1,2]", "a"),
    ("a=np.arange(6).reshape(2,3); a[:,1]=9", "a"), ("a=np.arange(6).reshape(2,3); a[0]=[1,2]", "a"), ("a=np.zeros(3); a[0]=[1,2]", "a"), ("a=np.zeros(3,np.uint8); a[0]=-1", "a"), ("a=np.zeros(3,int); a[0]=1.9", "a"), ("a=np.zeros(3,int); a[0]=1+0j", "a"), ("a=np.zeros(3); a[5]=1", "a"),
    ("a=np.arange(5); a[1:]=a[:-1]", "a"), ("a=np.arange(5); a[1:]+=a[:-1]", "a"), ("a=np.arange(4); a[::-1]+=a", "a"), ("a=np.arange(3); a+=1.5", "a"), ("a=np.arange(3); a/=2", "a"), ("a=np.arange(3.); a/=2", "a"), ("a=np.arange(3); a**=2", "a"), ("a=np.arange(3); a<<=1", "a"), ("a=np.eye(2); a@=np.ones((2,2))", "a"),
    ("a=np.arange(3); b=a[:]; b[0]=9", "a"), ("a=np.arange(3); b=a.copy(); b[0]=9", "a"), ("a=np.arange(6); b=a.reshape(2,3); b[0,0]=9", "a"), ("a=np.arange(6).reshape(2,3); a.shape=(3,2)", "a"), ("a=np.arange(6); a.shape=(4,2)", "a"), ("a=np.arange(6).reshape(2,3).T; a.shape=(6,)", "a"), ("a=np.arange(3); a.flags.writeable=False; a[0]=1", "a"),
    ("b=np.broadcast_to(np.arange(3),(2,3)); b[0,0]=1", "b"), ("a=np.arange(6).reshape(2,3); a.flat[3]=9", "a"), ("a=np.arange(6).reshape(2,3); a.flat=[1,2]", "a"), ("a=np.arange(3); a.fill(7)", "a"), ("a=np.array([3,1,2]); a.sort()", "a"), ("a=np.zeros(2,complex); a.real=[1,2]; a.imag=3", "a"), ("a=np.arange(5); a.put([0,1],[9,8])", "a"), ("a=np.arange(4); a.resize((2,2))", "a"),
    ("a=np.arange(3); del a[0]", "a"), ("a=np.zeros((2,2)); a[...]=5", "a"), ("a=np.zeros((2,3)); a[:, [0,2]] = [[1,2],[3,4]]", "a"), ("a=np.zeros((2,2)); a[np.eye(2,dtype=bool)]=[5,6]", "a"), ("a=np.arange(4.); a[1]=np.float32(2.5)", "a"), ("a=np.arange(4); a[1]=np.array(9)", "a"), ("a=np.arange(4); a[1]=np.array([9])", "a"),
]:
    run(text, names)

a = np.arange(6).reshape(2, 3)
b = np.array([1.5, 2.5, 3.5])
u = np.array([1, 2, 250], np.uint8)
env = {"a": a, "b": b, "u": u}
for text in [
    "a+b", "a-1", "2*a", "a/2", "a//2", "a%4", "a**2", "-a", "+a", "abs(-a)", "~a", "a<<1", "a>>1", "a&1", "a|8", "a^1", "divmod(a,4)", "a>2", "a==a.T", "a@b", "a@a", "a.T@a", "b@b", "np.ones(3)@np.ones(4)", "a@2", "a+np.ones(4)", "u+10", "u+300", "u+1.0", "u*1j", "u/2", "u==-1", "u<300", "u==2**70",
    "a+[1,2,3]", "[1,2,3]+a", "(1,2,3)*b", "1/b", "2**a", "b//1", "b%1", "10-a", "1.5<b", "a+'x'", "np.float64(2)*a", "np.float32(2)*b.astype('f4')", "a*np.array(2.5)", "np.array([True,False])-np.array([True,True])", "-np.array([True])", "np.array([True])+np.array([True])", "np.array([1,2])**-1", "np.array([2.])**-1", "np.array([1,2])<<65", "np.array([-8.])**(1/3)", "np.array([0.,1,-1])/0", "np.array([1,0])//0", "np.array([1,2])%0", "np.array([1e308])*10", "np.array([127],np.int8)+np.int8(1)", "np.array([-7.5])%2", "np.array([1+1j])//1", "np.array([1,2])*1.5", "np.array([1.5])&1",
    "np.add(a,1,out=np.zeros((2,3)))", "np.add([1.5,2],[3,4],out=np.zeros(2,int))", "np.add(a,b,dtype='f4')", "np.add(1.5,2,dtype=int)", "np.add.reduce(a)", "np.add.reduce(a,axis=1)", "np.add.reduce(a,axis=None)", "np.add.accumulate([1,2,3])", "np.multiply.outer([1,2],[3,4])", "np.add.reduceat(np.arange(8),[0,4,1,5])", "np.maximum.reduce([])", "np.add.reduce([])", "np.divmod.reduce([1,2])", "np.subtract.reduce([10,1,2])", "np.add(1,2,3,4)", "np.add(1)", "np.add.nin, np.add.nout, np.add.nargs, np.add.identity, np.add.__name__", "np.add", "np.sin.types[:3]", "np.sqrt([4,9])", "np.sqrt(-1.)", "np.log([-1.,0,1])", "np.exp(1000)", "np.sin(np.arange(3,dtype='i1')).dtype", "np.floor([1.5,-1.5])", "np.floor(np.arange(3))", "np.invert(True)", "np.where([True,False],1,2.5)", "np.where([True],[1])", "np.where([[0,1],[1,0]])", "np.clip(u,0,300)", "np.clip([1,5,9],2,8)", "np.round([1.25,2.675],2)", "np.round(1234,-2)", "np.isclose([1,2],[1,2.1])", "np.allclose([1,2],[1,2])", "np.array_equal([1,2],[1,2])", "np.maximum([1,np.nan],2)", "np.fmax([1,np.nan],2)", "np.minimum.reduce([3,1,2])", "np.logical_and([1,0],[1,1])", "np.add([1,2],[3,4],where=[True,False],out=np.zeros(2,int))", "np.bitwise_and(1.5,2)", "np.sin('a')",
]:
    show(text, env)

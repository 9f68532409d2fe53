//! 4-byte index newtypes for IR entities, and maps keyed by them.

/// Declares an entity: a `u32` newtype printed as its prefix and number.
#[macro_export]
macro_rules! entity {
    ($(#[$m:meta])* $name:ident, $prefix:literal) => {
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// Position in the owning table.
            pub fn index(self) -> usize { self.0 as usize }
            /// The entity at a position of its table.
            pub fn new(i: usize) -> Self { Self(u32::try_from(i).expect("fewer than 2^32 entities")) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, concat!($prefix, "{}"), self.0) }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, concat!($prefix, "{}"), self.0) }
        }
    };
}

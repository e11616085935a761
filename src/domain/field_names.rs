//! The field names that a type reads, for tests that compare types with a schema or a document.

use std::collections::BTreeSet;

use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};

/// The names of a struct with a derived `Deserialize`.
pub(crate) fn field_names<'de, T: Deserialize<'de>>() -> BTreeSet<String> {
    let names = T::deserialize(Names).err().unwrap().to_string();
    names.split(' ').map(str::to_owned).collect()
}

struct Names;

impl<'de> Deserializer<'de> for Names {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        Err(Error::custom(fields.join(" ")))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

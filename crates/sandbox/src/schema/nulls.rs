//! Makes a failed field `null`, as graphql-js does; async-graphql would leave its key out.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::{Response, ServerError, ServerResult, Value};

pub(super) struct Nulls;

impl ExtensionFactory for Nulls {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(FailedField::default())
    }
}

#[derive(Default)]
struct FailedField(Mutex<Vec<ServerError>>);

impl FailedField {
    fn take(&self) -> Vec<ServerError> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, error: ServerError) {
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.push(error);
    }
}

#[async_trait::async_trait]
impl Extension for FailedField {
    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(context, operation_name).await;
        response.errors.extend(self.take());
        response
    }

    async fn resolve(
        &self,
        context: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let nullable = !info.return_type.ends_with('!');
        match next.run(context, info).await {
            Err(error) if nullable => {
                self.add(error);
                Ok(None)
            }
            other => other,
        }
    }
}

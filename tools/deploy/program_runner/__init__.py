"""Run the layers' unmodified Pulumi programs in this process, on a cloud or to record their resources."""

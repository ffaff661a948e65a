"""The experiment of `bench improve`: whether the workflow gets better by what people do with its edits."""

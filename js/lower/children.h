// The children of syntax nodes, for walks that do not care what a node is. Private to this folder.
#pragma once

#include "js/syntax/ast.h"

namespace k6::js::lower {

/// Calls `visit(const Node&)` for every child that is there.
template <class Visit>
void for_each_child(const syntax::Node& node, const Visit& visit) {
    using namespace syntax;
    const auto one = [&](const Node* child) {
        if (child != nullptr) visit(*child);
    };
    const auto all = [&](const auto& list) {
        for (const Node* child : list)
            if (child != nullptr) visit(*child);
    };
    switch (node.kind) {
        case NodeKind::Program:
            all(node.as<Program>()->body);
            break;
        case NodeKind::TemplateLiteral:
            all(node.as<TemplateLiteral>()->expressions);
            break;
        case NodeKind::TaggedTemplate:
            one(node.as<TaggedTemplate>()->tag);
            one(node.as<TaggedTemplate>()->quasi);
            break;
        case NodeKind::ArrayExpression:
            all(node.as<ArrayExpression>()->elements);
            break;
        case NodeKind::ObjectExpression:
            all(node.as<ObjectExpression>()->properties);
            break;
        case NodeKind::Property:
            one(node.as<Property>()->key);
            one(node.as<Property>()->value);
            break;
        case NodeKind::FunctionExpression:
        case NodeKind::FunctionDeclaration:
        case NodeKind::ArrowFunction:
            all(node.as<Function>()->params);
            one(node.as<Function>()->body);
            break;
        case NodeKind::ClassExpression:
        case NodeKind::ClassDeclaration:
            one(node.as<Class>()->super_class);
            all(node.as<Class>()->members);
            break;
        case NodeKind::UnaryExpression:
            one(node.as<UnaryExpression>()->argument);
            break;
        case NodeKind::UpdateExpression:
            one(node.as<UpdateExpression>()->argument);
            break;
        case NodeKind::BinaryExpression:
            one(node.as<BinaryExpression>()->left);
            one(node.as<BinaryExpression>()->right);
            break;
        case NodeKind::LogicalExpression:
            one(node.as<LogicalExpression>()->left);
            one(node.as<LogicalExpression>()->right);
            break;
        case NodeKind::AssignmentExpression:
            one(node.as<AssignmentExpression>()->target);
            one(node.as<AssignmentExpression>()->value);
            break;
        case NodeKind::ConditionalExpression:
            one(node.as<ConditionalExpression>()->test);
            one(node.as<ConditionalExpression>()->consequent);
            one(node.as<ConditionalExpression>()->alternate);
            break;
        case NodeKind::CallExpression:
            one(node.as<CallExpression>()->callee);
            all(node.as<CallExpression>()->arguments);
            break;
        case NodeKind::NewExpression:
            one(node.as<NewExpression>()->callee);
            all(node.as<NewExpression>()->arguments);
            break;
        case NodeKind::MemberExpression:
            one(node.as<MemberExpression>()->object);
            one(node.as<MemberExpression>()->property);
            break;
        case NodeKind::ChainExpression:
            one(node.as<ChainExpression>()->expression);
            break;
        case NodeKind::SequenceExpression:
            all(node.as<SequenceExpression>()->expressions);
            break;
        case NodeKind::ImportExpression:
            one(node.as<ImportExpression>()->source);
            break;
        case NodeKind::AwaitExpression:
            one(node.as<AwaitExpression>()->argument);
            break;
        case NodeKind::YieldExpression:
            one(node.as<YieldExpression>()->argument);
            break;
        case NodeKind::SpreadElement:
            one(node.as<SpreadElement>()->argument);
            break;
        case NodeKind::MethodDefinition:
            one(node.as<MethodDefinition>()->key);
            one(node.as<MethodDefinition>()->value);
            break;
        case NodeKind::PropertyDefinition:
            one(node.as<PropertyDefinition>()->key);
            one(node.as<PropertyDefinition>()->value);
            break;
        case NodeKind::StaticBlock:
            all(node.as<StaticBlock>()->body);
            break;
        case NodeKind::ArrayPattern:
            all(node.as<ArrayPattern>()->elements);
            break;
        case NodeKind::ObjectPattern:
            all(node.as<ObjectPattern>()->properties);
            break;
        case NodeKind::PatternProperty:
            one(node.as<PatternProperty>()->key);
            one(node.as<PatternProperty>()->value);
            break;
        case NodeKind::AssignmentPattern:
            one(node.as<AssignmentPattern>()->target);
            one(node.as<AssignmentPattern>()->default_value);
            break;
        case NodeKind::RestElement:
            one(node.as<RestElement>()->argument);
            break;
        case NodeKind::BlockStatement:
            all(node.as<BlockStatement>()->body);
            break;
        case NodeKind::ExpressionStatement:
            one(node.as<ExpressionStatement>()->expression);
            break;
        case NodeKind::VariableDeclaration:
            all(node.as<VariableDeclaration>()->declarators);
            break;
        case NodeKind::VariableDeclarator:
            one(node.as<VariableDeclarator>()->target);
            one(node.as<VariableDeclarator>()->init);
            break;
        case NodeKind::IfStatement:
            one(node.as<IfStatement>()->test);
            one(node.as<IfStatement>()->consequent);
            one(node.as<IfStatement>()->alternate);
            break;
        case NodeKind::ForStatement:
            one(node.as<ForStatement>()->init);
            one(node.as<ForStatement>()->test);
            one(node.as<ForStatement>()->update);
            one(node.as<ForStatement>()->body);
            break;
        case NodeKind::ForInStatement:
            one(node.as<ForInStatement>()->left);
            one(node.as<ForInStatement>()->right);
            one(node.as<ForInStatement>()->body);
            break;
        case NodeKind::ForOfStatement:
            one(node.as<ForOfStatement>()->left);
            one(node.as<ForOfStatement>()->right);
            one(node.as<ForOfStatement>()->body);
            break;
        case NodeKind::WhileStatement:
            one(node.as<WhileStatement>()->test);
            one(node.as<WhileStatement>()->body);
            break;
        case NodeKind::DoWhileStatement:
            one(node.as<DoWhileStatement>()->body);
            one(node.as<DoWhileStatement>()->test);
            break;
        case NodeKind::ReturnStatement:
            one(node.as<ReturnStatement>()->argument);
            break;
        case NodeKind::ThrowStatement:
            one(node.as<ThrowStatement>()->argument);
            break;
        case NodeKind::TryStatement:
            one(node.as<TryStatement>()->block);
            one(node.as<TryStatement>()->handler);
            one(node.as<TryStatement>()->finalizer);
            break;
        case NodeKind::CatchClause:
            one(node.as<CatchClause>()->param);
            one(node.as<CatchClause>()->body);
            break;
        case NodeKind::SwitchStatement:
            one(node.as<SwitchStatement>()->discriminant);
            all(node.as<SwitchStatement>()->cases);
            break;
        case NodeKind::SwitchCase:
            one(node.as<SwitchCase>()->test);
            all(node.as<SwitchCase>()->consequent);
            break;
        case NodeKind::LabeledStatement:
            one(node.as<LabeledStatement>()->body);
            break;
        case NodeKind::WithStatement:
            one(node.as<WithStatement>()->object);
            one(node.as<WithStatement>()->body);
            break;
        case NodeKind::ExportNamedDeclaration:
            one(node.as<ExportNamedDeclaration>()->declaration);
            break;
        case NodeKind::ExportDefaultDeclaration:
            one(node.as<ExportDefaultDeclaration>()->declaration);
            break;
        case NodeKind::TsEnumDeclaration:
            all(node.as<TsEnumDeclaration>()->members);
            break;
        case NodeKind::TsEnumMember:
            one(node.as<TsEnumMember>()->init);
            break;
        case NodeKind::TsParameterProperty:
            one(node.as<TsParameterProperty>()->parameter);
            break;
        case NodeKind::TsNamespaceDeclaration:
            all(node.as<TsNamespaceDeclaration>()->body);
            break;
        case NodeKind::TsImportEquals:
            one(node.as<TsImportEquals>()->reference);
            break;
        case NodeKind::TsExportAssignment:
            one(node.as<TsExportAssignment>()->expression);
            break;
        default:
            break;
    }
}

}  // namespace k6::js::lower
